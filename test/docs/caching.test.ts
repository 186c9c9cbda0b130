import { afterEach, expect, it, vi } from 'vitest'
import { sealSession } from '../../src/session/testing.ts'
import app from './caching.ts'

const env = { SESSION_SECRET: 'a-secret-that-only-the-caching-uses' }

afterEach(() => vi.restoreAllMocks())

async function get(path: string, name?: string) {
  const Cookie = name ? await sealSession({ name }, { secret: env.SESSION_SECRET }) : ''
  const context = { waitUntil() {}, passThroughOnException() {}, props: {} }
  return app.request(path, { headers: { Cookie } }, env, context)
}

it('a page without a session may be cached', async () => {
  const response = await get('/articles/7')
  expect(response.headers.get('Cache-Control')).toBe('max-age=60')
  expect(response.headers.get('Vary')).toBeNull()
})

it('a page that says so is cached by its browser only', async () => {
  const response = await get('/greeting', 'Mary')
  expect(response.headers.get('Cache-Control')).toBe('private, max-age=60')
  expect(response.headers.get('Vary')).toBe('Cookie')
  expect(response.headers.get('ETag')).toMatch(/"/)
})

it('what an upstream calls public stays private behind a session', async () => {
  const headers = { 'Cache-Control': 'public, max-age=3600' }
  vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response('Sales', { headers }))
  const response = await get('/reports/sales', 'Mary')
  expect(await response.text()).toBe('Sales')
  expect(response.headers.get('Cache-Control')).toBe('private, no-store')
  expect((await get('/reports/sales')).status).toBe(401)
})
