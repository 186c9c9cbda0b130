import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { browser } from '../../src/session/testing.ts'
import app from './cart.ts'

it('a cart keeps every one of several additions at once', async () => {
  const bindings = { SESSION_SECRET: 'a-secret-that-only-the-cart-uses', SESSIONS: env.SESSIONS }
  const { get, post } = browser(app, bindings)
  const page = await (await get('/cart')).text()
  const [, csrf_token = ''] = /name="csrf_token" value="([^"]+)"/.exec(page) ?? []
  await Promise.all(Array.from({ length: 5 }, () => post('/cart', { product: 'tea', csrf_token })))
  await post('/cart', { product: 'milk', csrf_token })
  const cart = await (await get('/cart')).text()
  expect(cart).toContain('<li>5 × Tea</li>')
  expect(cart).toContain('Added “Oat milk”. You have 1.')
  expect((await post('/cart', { product: 'gold', csrf_token })).status).toBe(400)
})
