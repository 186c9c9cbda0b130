import { expect, it } from 'vitest'
import { browser } from '../../../src/session/testing.ts'
import app from './flash.ts'
import htmx from './htmx.ts'
import json from './json.ts'

const env = { SESSION_SECRET: 'a-secret-that-only-flash-messages-use' }

function visitor() {
  const { get, post } = browser(app, env)
  return { post, read: async (path: string) => (await get(path)).text(), get }
}

it('a page shows the messages of a form once', async () => {
  const { post, read } = visitor()
  await post('/items')
  const page = await read('/items')
  expect(page).toContain('<p role="status">Your item was added.</p>')
  expect(page).toContain('<a href="/undo/7">Undo Tea</a>')
  expect(await read('/items')).not.toContain('<')
})

it('messages survive a chain of redirects', async () => {
  const { post, get, read } = visitor()
  await post('/items')
  await get('/old')
  await get('/newer')
  const page = await read('/items')
  expect(page).toContain('Your item was added.')
  expect(page).toContain('This page has moved.')
})

it('a message that may not be repeated waits once', async () => {
  const { get, read } = visitor()
  await get('/guarded')
  await get('/guarded')
  expect((await read('/items')).match(/Please log in/g)).toHaveLength(1)
})

it('a message for this page only is not kept', async () => {
  const { post, read } = visitor()
  expect(await (await post('/search')).text()).toContain('Nothing was found.')
  expect(await read('/items')).not.toContain('Nothing')
})

it('peeking removes nothing, and a message can be flashed again', async () => {
  const { post, read } = visitor()
  await post('/items')
  expect(await read('/poll')).toBe('{"waiting":1}')
  expect(await read('/interstitial')).toContain('Your item was added.')
  expect(await read('/items')).toContain('Your item was added.')
  expect(await read('/items')).not.toContain('added')
})

it('an answer in JSON carries the messages', async () => {
  const { post, get } = browser(json, env)
  const answer = await (await post('/api/items')).json()
  expect(answer).toEqual({ id: 7, messages: ['Your item was added.'] })
  expect(await (await get('/api/messages')).json()).toEqual([])
})

it('htmx gets the messages as an event', async () => {
  const { post } = browser(htmx, env)
  const response = await post('/items', {}, { headers: { 'HX-Request': 'true' } })
  const trigger = response.headers.get('HX-Trigger') ?? ''
  expect(trigger).toMatch(/^[\x20-\x7e]+$/)
  expect(JSON.parse(trigger)).toEqual({ flash: { messages: ['“Tea” was added.'] } })
  expect((await post('/items')).headers.get('HX-Trigger')).toBeNull()
})
