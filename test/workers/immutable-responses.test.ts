import { exports } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { createVisitor } from '../kit/visitor.ts'

describe('a response that a handler forwards', () => {
  const elsewhere = {
    'a Worker': () => exports.default.fetch('https://shop.example/nowhere'),
    'the cache': async () => {
      const headers = { 'Cache-Control': 'max-age=60', 'X-Own': 'kept' }
      await caches.default.put('https://cache.example/', new Response('cached', { headers }))
      return (await caches.default.match('https://cache.example/')) as Response
    },
    'Response.redirect()': async () => Response.redirect('https://shop.example/there', 303),
  }

  it('has headers that cannot be changed', async () => {
    const response = await elsewhere['Response.redirect()']()
    expect(() => response.headers.set('X-Own', 'changed')).toThrow('immutable')
  })

  it.each(Object.entries(elsewhere))(
    'keeps the session and does not fail the request: %s',
    async (_, fetchIt) => {
      const visitor = createVisitor()
      const expected = await fetchIt()
      const body = await expected.text()
      await visitor.visit(async (session) => {
        session.set('user', 'mary')
        return fetchIt()
      })
      expect(visitor.response.status).toBe(expected.status)
      for (const name of ['Location', 'X-Own']) {
        expect(visitor.response.headers.get(name)).toBe(expected.headers.get(name))
      }
      expect(await visitor.response.text()).toBe(body)
      expect(visitor.sent).toHaveLength(1)
      expect(visitor.response.headers.get('Cache-Control')).toMatch(/private, no-store/)
      expect(await visitor.visit((session) => session.get('user'))).toBe('mary')
    },
  )
})
