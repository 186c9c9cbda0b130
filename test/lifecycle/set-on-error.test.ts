import { Hono } from 'hono'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { csrfToken, type Session, type SessionVariables, session } from '../../src/session/index.ts'
import { browser } from '../../src/session/testing.ts'
import { at, start } from '../kit/clock.ts'
import { cookieName, payloadOf, secret, sign } from '../kit/tokens.ts'
import { createReturningVisitor, createVisitor, type Data, type Use } from '../kit/visitor.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('setOnError', () => {
  const fail = (use: Use) => async (session: Session<Data>) => {
    await use(session)
    throw new Error('broken')
  }

  it('keeps the changes of a handler that throws, by default', async () => {
    const visitor = await createReturningVisitor()
    await expect(visitor.visit(fail((session) => session.set('n', 2)))).rejects.toThrow('broken')
    expect(await visitor.visit((session) => session.get('n'))).toBe(2)
  })

  it.each<[string, Use]>([
    ['set()', (session) => session.set('n', 2)],
    ['a nested change', (session) => session.get('list')?.push(3)],
    ['delete()', (session) => session.delete('n')],
    ['clear()', (session) => session.clear()],
    ['flash()', (session) => session.flash('lost')],
    ['popFlash()', (session) => session.popFlash()],
    ['changed()', (session) => session.changed()],
  ])('false: drops %s of a handler that throws', async (_, use) => {
    const visitor = await createReturningVisitor({ setOnError: false })
    const before = visitor.token
    await expect(visitor.visit(fail(use))).rejects.toThrow('broken')
    expect(visitor.sent).toEqual([])
    expect(visitor.token).toBe(before)
  })

  it('false: keeps changes if nothing is thrown', async () => {
    const visitor = await createReturningVisitor({ setOnError: false })
    await visitor.visit((session) => session.set('n', 2))
    expect(await visitor.visit((session) => session.get('n'))).toBe(2)
  })

  it('false: keeps invalidate(), and drops later writes', async () => {
    const visitor = await createReturningVisitor({ setOnError: false })
    const use = fail((session) => {
      session.invalidate()
      session.set('n', 2)
    })
    await expect(visitor.visit(use)).rejects.toThrow('broken')
    expect(visitor.sent).toEqual([expect.stringContaining('Max-Age=0')])
  })

  it('false: keeps regenerate(), and drops writes', async () => {
    const visitor = await createReturningVisitor({ setOnError: false })
    const use = fail((session) => {
      session.set('n', 2)
      session.regenerate()
    })
    await expect(visitor.visit(use)).rejects.toThrow('broken')
    const data = (payloadOf(visitor.token) as [number, number, object])[2]
    expect(data).toEqual({
      n: 1,
      list: [1, 2],
      nested: { a: { b: 1 } },
      _f_: ['hello'],
      _csrft_: expect.any(String), // a new one
    })
  })

  it('false: still re-issues a session that was read', async () => {
    at(0)
    const visitor = await createReturningVisitor({ setOnError: false })
    at(121)
    await expect(visitor.visit(fail((session) => session.set('n', 2)))).rejects.toThrow('broken')
    expect(payloadOf(visitor.token)).toMatchObject({ 0: start + 121, 1: start, 2: { n: 1 } })
  })
  it('false: keeps regenerate() for data whose stamps are at the limit of clock skew', async () => {
    at(0.9)
    const visitor = createVisitor({ setOnError: false })
    visitor.cookies.set(cookieName, await sign([start, start + 60.5, { n: 1 }]))
    const regenerate = visitor.visit((session) => {
      session.regenerate()
      throw new Error('broken')
    })
    await expect(regenerate).rejects.toThrow('broken')
    expect(payloadOf(visitor.token)).toMatchObject([start, start + 60.5, { n: 1 }])
  })
})

describe('setOnError: false, with an error page that uses the session', () => {
  /** A site whose handler throws, and whose error page does something to the session. */
  function site(handler: Use, errorPage: Use) {
    const app = new Hono<{ Variables: SessionVariables<Data> }>()
      .use(session<Data>({ secret, setOnError: false }))
      .get('/', async (c) => {
        await handler(await c.var.session())
        throw new Error('broken')
      })
      .get('/look', async (c) => {
        const session = await c.var.session()
        return c.json([session.get('n') ?? null, session.popFlash()])
      })
    app.onError(async (_, c) => {
      const result = await errorPage(await c.var.session())
      return c.text(String(result), 500)
    })
    return browser(app)
  }

  it('keeps what the page does from its own c.var.session() on, and nothing of the handler', async () => {
    const visitor = site(
      (session) => {
        session.set('n', 2)
        session.flash('of the handler')
      },
      (session) => session.flash('of the error page'),
    )
    await visitor.get('/')
    expect(await (await visitor.get('/look')).json()).toEqual([null, ['of the error page']])
  })

  it('gives the page a session without the changes of the handler', async () => {
    const visitor = site(
      (session) => session.set('n', 2),
      (session) => session.get('n'),
    )
    expect(await (await visitor.get('/')).text()).toBe('undefined')
  })

  it('accepts the form of the page', async () => {
    const visitor = site(
      (session) => session.set('n', 2),
      (session) => csrfToken(session),
    )
    await visitor.get('/')
    expect(visitor.cookies.size).toBe(1)
  })

  it('lets an end of the session by the handler stand', async () => {
    const visitor = site(
      (session) => session.invalidate(),
      (session) => session.flash('Good-bye'),
    )
    visitor.cookies.set('__Host-session', await sign([start, start, { n: 1 }]))
    await visitor.get('/')
    expect(await (await visitor.get('/look')).json()).toEqual([null, ['Good-bye']])
  })
})
