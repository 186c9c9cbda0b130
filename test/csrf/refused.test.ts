import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { csrf, csrfToken, session } from '../../src/session/index.ts'
import { at } from '../kit/clock.ts'
import { shop, shopper, visitShop } from '../kit/shop.ts'
import { otherSecret, secret } from '../kit/tokens.ts'

beforeEach(() => {
  at(0)
})
afterEach(() => {
  vi.useRealTimers()
})

const refused: [string, RequestInit][] = [
  ['from another site', { headers: { 'Sec-Fetch-Site': 'cross-site' } }],
  ['without a token', {}],
  ['with a wrong token', { headers: { 'X-CSRF-Token': 'wrong' } }],
]

describe.each(refused)('csrf(): a request refused, %s', (_, init) => {
  it('makes no token and no session', async () => {
    const visitor = visitShop(shop())
    expect((await visitor.post('/buy', {}, init)).status).toBe(403)
    expect(visitor.setCookies).toEqual([])
  })

  it('does not extend the life of the session', async () => {
    const { visitor, token } = await shopper(shop())
    at(600)
    await visitor.post('/buy', {}, init)
    expect(visitor.setCookies).toEqual([])
    await visitor.post('/buy', { csrf_token: token })
    expect(visitor.setCookies).toHaveLength(1) // as a request that is accepted does
  })

  it('does not delete the cookie of a session that has timed out', async () => {
    const { visitor } = await shopper(shop())
    at(1201)
    await visitor.post('/buy', {}, init)
    expect(visitor.setCookies).toEqual([])
  })

  it('does not re-sign the session', async () => {
    const { visitor, token } = await shopper(shop())
    const moved = visitShop(shop({}, { secret: [otherSecret, secret] }))
    for (const [name, value] of visitor.cookies) moved.cookies.set(name, value)
    await moved.post('/buy', {}, init)
    expect(moved.setCookies).toEqual([])
    await moved.post('/buy', { csrf_token: token })
    expect(moved.setCookies).toHaveLength(1) // as a request that is accepted does
  })

  it.each([600, 1201])(
    'writes nothing after %i s if another middleware opens the session',
    async (s) => {
      const app = new Hono()
        .use(session({ secret }))
        .use(async (c, next) => {
          await c.var.session()
          await next()
        })
        .use(csrf())
        .get('/token', async (c) => c.text(csrfToken(await c.var.session())))
        .post('/buy', (c) => c.text('bought'))
      const { visitor } = await shopper(app)
      at(s)
      expect((await visitor.post('/buy', {}, init)).status).toBe(403)
      expect(visitor.setCookies).toEqual([])
    },
  )

  it.each([600, 1201])(
    'writes nothing after %i s if the error page reads the session',
    async (s) => {
      const app = shop()
      app.onError(async (_, c) => {
        const session = await c.var.session()
        return c.text(`you have ${session.size} things`, 403)
      })
      const { visitor } = await shopper(app)
      at(s)
      expect((await visitor.post('/buy', {}, init)).status).toBe(403)
      expect(visitor.setCookies).toEqual([])
    },
  )

  it("keeps the session's token", async () => {
    const { visitor, token, kept } = await shopper(shop())
    const before = kept()
    await visitor.post('/buy', {}, init)
    expect(kept()).toBe(before)
    expect((await visitor.post('/buy', { csrf_token: token })).status).toBe(200)
  })
})
