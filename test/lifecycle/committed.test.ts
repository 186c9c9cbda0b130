import { Hono } from 'hono'
import { stream, streamSSE, streamText } from 'hono/streaming'
import { describe, expect, it } from 'vitest'
import {
  csrfToken,
  type Session,
  SessionCommittedError,
  SessionError,
  session,
} from '../../src/session/index.ts'
import { payloadOf, secret } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

type Use = (session: Session) => unknown

const changes: [string, Use][] = [
  ['set()', (session) => session.set('a', 2)],
  ['set() to what it was', (session) => session.set('a', 1)],
  ['update()', (session) => session.update('a', () => 2)],
  ['delete()', (session) => session.delete('a')],
  ['clear()', (session) => session.clear()],
  ['changed()', (session) => session.changed()],
  ['invalidate()', (session) => session.invalidate()],
  ['regenerate()', (session) => session.regenerate()],
  ['flash()', (session) => session.flash('two')],
  ['popFlash()', (session) => session.popFlash()],
  ['csrfToken(), the first,', (session) => csrfToken(session)],
]

/** Hands out a session whose response is committed. */
async function committed(): Promise<Session> {
  const visitor = createVisitor()
  const opened: Session[] = []
  await visitor.visit((session) => {
    opened.push(session)
    session.set('a', 1)
    session.flash('one')
  })
  return opened[0] as Session
}

describe('a session whose response is committed', () => {
  it.each(changes)('throws at %s', async (_, change) => {
    const session = await committed()
    expect(() => change(session)).toThrow(SessionCommittedError)
    expect(() => change(session)).toThrow('Change it before the handler returns')
    expect(session.entries()).toEqual([['a', 1]])
  })

  it('can still be read', async () => {
    const session = await committed()
    expect([session.get('a'), session.peekFlash(), session.size]).toEqual([1, ['one'], 1])
  })

  it('throws an error of this library', async () => {
    const session = await committed()
    const error = resultOf(() => session.set('a', 2))
    expect(error).toBeInstanceOf(SessionError)
    expect(error).toMatchObject({ name: 'SessionCommittedError' })
  })

  it('throws if a middleware outside of session() changes it', async () => {
    const opened: Session[] = []
    const app = new Hono()
      .use(async (_, next) => {
        await next()
        opened[0]?.set('late', true)
      })
      .use(session({ secret }))
      .get('/', async (c) => {
        opened.push(await c.var.session())
        return c.text('page')
      })
    const failures: unknown[] = []
    app.onError((error, c) => {
      failures.push(error)
      return c.text('failed', 500)
    })
    await app.request('/')
    expect(failures).toEqual([expect.any(SessionCommittedError)])
  })
})

describe('a stream', () => {
  const helpers = { stream, streamText, streamSSE } as unknown as Record<string, typeof stream>

  it.each(Object.keys(helpers))('of %s() keeps what was changed before it', async (name) => {
    const visitor = createVisitor()
    await visitor.visit((session, c) => {
      session.set('a', 1)
      return (helpers[name] as typeof stream)(c, async (out) => void (await out.write('x')))
    })
    await visitor.response.text()
    expect(payloadOf(visitor.token)).toMatchObject({ 2: { a: 1 } })
  })

  it.each(Object.keys(helpers))('of %s() cannot change the session', async (name) => {
    const begun = Promise.withResolvers<void>()
    const outcome = Promise.withResolvers<unknown>()
    const visitor = createVisitor()
    await visitor.visit((session, c) =>
      (helpers[name] as typeof stream)(c, async (out) => {
        await begun.promise
        outcome.resolve(resultOf(() => session.set('late', true)))
        await out.write('x')
      }),
    )
    begun.resolve()
    expect(await outcome.promise).toBeInstanceOf(SessionCommittedError)
    expect(await visitor.response.text()).toBe('x')
    expect(visitor.sent).toEqual([])
  })

  it('throws if it opens the session and changes it', async () => {
    const begun = Promise.withResolvers<void>()
    const outcome = Promise.withResolvers<unknown>()
    const app = new Hono().use(session({ secret })).get('/', (c) =>
      stream(c, async (out) => {
        await begun.promise
        const late = c.var.session().then((session) => session.set('late', true))
        outcome.resolve(await late.catch((error: unknown) => error))
        await out.write('x')
      }),
    )
    const response = await app.request('/')
    begun.resolve()
    expect(await outcome.promise).toBeInstanceOf(SessionCommittedError)
    expect(await response.text()).toBe('x')
  })
})

/** What a function throws, or returns. */
function resultOf(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return error
  }
}
