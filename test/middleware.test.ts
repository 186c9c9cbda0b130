import { Hono } from 'hono'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Session, session } from '../src/session/index.ts'
import { browser } from '../src/session/testing.ts'
import { cookieName, payloadOf, secret, sign } from './kit/tokens.ts'
import { createVisitor } from './kit/visitor.ts'

const now = () => Math.floor(Date.now() / 1000)
const line = /^__Host-session=[\w-]+\.[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/

describe('session()', () => {
  it('returns the same session however often a request opens it', async () => {
    const opened: Session[] = []
    const app = new Hono().use(session({ secret })).get('/', async (c) => {
      opened.push(await c.var.session(), ...(await Promise.all([c.var.session(), c.var.session()])))
      return c.text('')
    })
    await app.request('/')
    expect(opened).toHaveLength(3)
    expect(new Set(opened).size).toBe(1)
  })

  it('returns a function named session, for route lists and stack traces', () => {
    expect(session({ secret }).name).toBe('session')
  })

  it('sends one cookie with safe attributes', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => session.set('a', 1))
    expect(visitor.sent).toEqual([expect.stringMatching(line)])
  })

  it('sends one cookie after many writes, regenerate() and invalidate()', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => session.set('old', 1))
    await visitor.visit((session) => {
      for (let i = 0; i < 5; i++) session.set('a', i)
      session.regenerate()
      session.flash('lost')
      session.invalidate()
      session.set('b', 2)
    })
    expect(visitor.sent).toEqual([expect.stringMatching(line)])
    expect(payloadOf(visitor.token)).toEqual([expect.any(Number), expect.any(Number), { b: 2 }])
  })

  it('keeps two overlapping requests apart', async () => {
    const seen: Record<string, Session> = {}
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const
    const app = new Hono().use(session({ secret })).get('/:who', async (c) => {
      const who = c.req.param('who')
      const mine = await c.var.session()
      seen[who] = mine
      mine.set('who', who)
      gates[who === 'a' ? 0 : 1].resolve()
      await Promise.all(gates.map((gate) => gate.promise))
      mine.flash(`for ${who}`)
      return c.text('')
    })
    const [a, b] = [browser(app), browser(app)]
    await Promise.all([a.get('/a'), b.get('/b')])
    expect(seen.a).not.toBe(seen.b)
    expect(payloadOf(a.cookies.get(cookieName))).toMatchObject({ 2: { who: 'a', _f_: ['for a'] } })
    expect(payloadOf(b.cookies.get(cookieName))).toMatchObject({ 2: { who: 'b', _f_: ['for b'] } })
  })
})

describe('a session that no handler opens', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('costs no parse, no crypto and no header', async () => {
    const cookie = `${cookieName}=${await sign([now(), now(), { a: 1 }])}`
    const app = new Hono().use(session({ secret })).get('/', () => new Response('free'))
    const methods = ['importKey', 'deriveBits', 'deriveKey', 'sign', 'verify', 'digest'] as const
    const spies = [
      ...methods.map((method) => vi.spyOn(crypto.subtle, method as 'sign')),
      vi.spyOn(crypto, 'getRandomValues'),
      vi.spyOn(JSON, 'parse'),
      vi.spyOn(JSON, 'stringify'),
    ]
    const response = await app.request('/', { headers: { Cookie: cookie } })
    const calls = spies.map((spy) => spy.mock.calls.length)
    const bare = await new Hono().get('/', () => new Response('free')).request('/')
    expect(calls).toEqual(spies.map(() => 0))
    expect([...response.headers]).toEqual([...bare.headers])
  })

  it('costs one verification and one parse once it is opened', async () => {
    const visitor = createVisitor()
    const payload = [now(), now(), { a: 1 }]
    const token = await sign(payload)
    const verify = vi.spyOn(crypto.subtle, 'verify')
    const parse = vi.spyOn(JSON, 'parse')
    expect(await visitor.present(token)).toEqual({ a: 1 })
    expect(verify).toHaveBeenCalledTimes(1)
    const parsed = parse.mock.calls.filter(([text]) => text === JSON.stringify(payload))
    expect(parsed).toHaveLength(1)
  })
})
