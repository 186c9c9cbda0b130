import { createExecutionContext } from 'cloudflare:test'
import { Hono } from 'hono'
import { cache } from 'hono/cache'
import { describe, expect, it } from 'vitest'
import { session } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { browser } from '../../src/session/testing.ts'
import { storedShop } from '../kit/stored-shop.ts'
import { secret } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'
import { visitSite } from '../kit/workers/site.ts'

interface Data {
  user: string
  n: number
}

describe('a shared cache that ignores Vary', () => {
  const url = (path: string) => `https://cache.example${path}?${crypto.randomUUID()}`

  /** Puts a response into the cache of the runtime, and returns what another visitor finds there. */
  async function found(response: Response): Promise<string | undefined> {
    const key = url('/')
    await caches.default.put(key, response).catch(() => undefined) // it refuses some
    return (await caches.default.match(key))?.text()
  }

  it.each(['/', '/form', '/login', '/nowhere-with-a-session'])(
    'stores no page that used a session: %s',
    async (path) => {
      const { app, known } = storedShop()
      app.get('/nowhere-with-a-session', async (c) => {
        await c.var.session()
        return c.notFound()
      })
      const { visitor } = await known()
      expect(await found(await visitor.get(path))).toBeUndefined()
    },
  )

  it('stores no page that sets the cookie, even if its handler calls it public', async () => {
    const visitor = createVisitor<Data>()
    await visitor.visit((session) => {
      session.set('user', 'mary')
      return new Response('of mary', { headers: { 'Cache-Control': 'public, max-age=60' } })
    })
    expect(visitor.sent).toHaveLength(1)
    const without = new Response(visitor.response.body, visitor.response)
    without.headers.delete('Set-Cookie') // as caches do that would keep the page
    expect(await found(without)).toBeUndefined()
  })

  it('stores nothing as a middleware around the session', async () => {
    const app = new Hono()
      .use(cache({ cacheName: 'pages', cacheControl: 'max-age=60', wait: true }))
      .use(session<Data>({ secret, store: memoryStore() }))
      .get('/login/:user', async (c) => {
        const session = await c.var.session()
        session.set('user', c.req.param('user'))
        return c.text('')
      })
      .get('/', async (c) => c.text((await c.var.session()).get('user') ?? 'nobody'))
      .get('/free', (c) => c.text(`free ${crypto.randomUUID()}`))
    const request = (path: string, init?: RequestInit) =>
      app.fetch(new Request(`https://shop.example${path}`, init), {}, createExecutionContext())
    const [mary, john, nobody] = [browser({ request }), browser({ request }), browser({ request })]
    const read = async (visitor: typeof mary, path = '/') => (await visitor.get(path)).text()
    await mary.get('/login/mary')
    await john.get('/login/john')
    expect(await read(mary)).toBe('mary')
    expect(await read(john)).toBe('john')
    expect(await read(nobody)).toBe('nobody')
    const free = await read(mary, '/free')
    expect(free).toMatch(/^free /)
    expect(await read(john, '/free')).toBe(free) // so it does cache
  })

  it('stores a page that used no session', async () => {
    const { visitor } = await storedShop().known()
    expect(await found(await visitor.get('/free'))).toBe('free')
  })

  it.each(['/', '/howdy', '/cart', '/session'])('stores no page of the site: %s', async (path) => {
    const { count, get } = visitSite()
    await count('/')
    expect(await found(await get(path))).toBeUndefined()
  })
})
