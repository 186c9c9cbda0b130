import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { browser } from '../../../src/session/testing.ts'
import app from './device.ts'

it('a login invites the browser to bind, and works where it does not', async () => {
  const { get, post } = browser(app, { ...env, SESSION_SECRET: crypto.randomUUID() })
  const response = await post('/login', {}, { headers: { 'Sec-Fetch-Site': 'same-origin' } })
  expect(response.headers.get('Secure-Session-Registration')).toContain('(ES256)')
  expect(await (await get('/')).text()).toBe('mary')
})
