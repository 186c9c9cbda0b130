import { Hono } from 'hono'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { csrf, csrfToken, session } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { at } from '../kit/clock.ts'
import { shop, shopper, visitShop } from '../kit/shop.ts'
import { cookieName, secret } from '../kit/tokens.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('a CSRF token', () => {
  const stores = { 'a cookie': undefined, 'a store': memoryStore() }

  it.each(Object.entries(stores))(
    'issued before a login is refused with the cookie set by it: in %s',
    async (_, store) => {
      const app = shop({}, store && { store })
      const { visitor, token } = await shopper(app)
      const attacker = visitShop(app) // has planted its own session, and knows its cookie and token
      for (const [name, value] of visitor.cookies) attacker.cookies.set(name, value)
      const fresh = await (await visitor.get('/regenerate')).text()
      expect(visitor.cookies.get(cookieName)).not.toBe(attacker.cookies.get(cookieName))
      expect((await visitor.post('/buy', { csrf_token: token })).status).toBe(403)
      expect((await attacker.post('/buy', { csrf_token: fresh })).status).toBe(403)
      expect((await visitor.post('/buy', { csrf_token: fresh })).status).toBe(200)
    },
  )

  it('issued before a logout is accepted with the old cookie for a minute, if sessions are in a store', async () => {
    at(0)
    const app = shop({}, { store: memoryStore() })
    const { visitor, token } = await shopper(app)
    const thief = visitShop(app)
    for (const [name, value] of visitor.cookies) thief.cookies.set(name, value)
    const fresh = await (await visitor.get('/invalidate')).text()
    expect((await visitor.post('/buy', { csrf_token: token })).status).toBe(403)
    expect((await visitor.post('/buy', { csrf_token: fresh })).status).toBe(200)
    at(59)
    expect((await thief.post('/buy', { csrf_token: token })).status).toBe(200) // and has no session
    at(61)
    expect((await thief.post('/buy', { csrf_token: token })).status).toBe(403)
  })

  it('of another visitor is refused, in a store as well', async () => {
    const app = shop({}, { store: memoryStore() })
    const [mine, theirs] = [await shopper(app), await shopper(app)]
    expect((await mine.visitor.post('/buy', { csrf_token: theirs.token })).status).toBe(403)
    expect((await mine.visitor.post('/buy', { csrf_token: mine.token })).status).toBe(200)
  })
})

describe('a path that resembles an exempt one', () => {
  const app = new Hono()
    .use(session({ secret }))
    .use(csrf({ exempt: (c) => c.req.path === '/hook' }))
    .get('/token', async (c) => c.text(csrfToken(await c.var.session())))
    .all('*', (c) => c.text(c.req.path))

  it.each([
    '/hook/../buy',
    '/hook/%2e%2e/buy',
    '/hookx',
    '/hook/',
    '/hook/x',
    '/hook%2f',
    '/hook%2fx',
    '/hook%00',
    '/hook;x',
    '/Hook',
    '//hook',
    '/./buy?/hook',
    '/buy#/hook',
  ])('is not exempt: %s', async (path) => {
    expect((await visitShop(app).post(path)).status).toBe(403)
  })

  it.each(['/hook', '/hook?a=1', '/x/../hook', '/%68ook'])(
    'is exempt only if it is the same path to the router: %s',
    async (path) => {
      const answer = await visitShop(app).post(path)
      expect([answer.status, await answer.text()]).toEqual([200, '/hook'])
    },
  )
})
