import { Hono } from 'hono'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  revokeSessions,
  type Session,
  type SessionEvent,
  type SessionOptions,
  type Store,
  StoreError,
  session,
  userSessions,
} from '../src/session/index.ts'
import { memoryStore } from '../src/session/stores/memory.ts'
import { sealSession } from '../src/session/testing.ts'
import { at } from './kit/clock.ts'
import { race } from './kit/race.ts'
import { cookieName, secret } from './kit/tokens.ts'
import { createVisitor } from './kit/visitor.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

function recorded(options: Partial<SessionOptions> = {}) {
  const events: SessionEvent[] = []
  const onEvent = (event: SessionEvent) => void events.push(event)
  const visitor = createVisitor({ ...options, onEvent })
  /** Visits, and returns the events of the visit. */
  const during = async (...given: Parameters<typeof visitor.attempt>) => {
    events.length = 0
    await visitor.attempt(...given)
    return [...events]
  }
  return { visitor, events, during }
}

describe.each<[string, () => Partial<SessionOptions>]>([
  ['a cookie', () => ({})],
  ['a store', () => ({ store: memoryStore() })],
])('onEvent, with the session in %s', (_, options) => {
  it('reports what happens to the session', async () => {
    at(0)
    const { during } = recorded(options())
    expect(await during((session) => session.get('a'))).toEqual([])
    expect(await during((session) => session.set('a', 1))).toEqual([{ type: 'created' }])
    expect(await during((session) => session.set('a', 2))).toEqual([])
    expect(await during((session) => session.regenerate())).toEqual([{ type: 'regenerated' }])
    at(121)
    expect(await during((session) => session.get('a'))).toEqual([{ type: 'renewed' }])
    expect(await during((session) => session.invalidate())).toEqual([{ type: 'invalidated' }])
  })

  it('reports an end and a beginning in one request', async () => {
    const { during } = recorded(options())
    await during((session) => session.set('a', 1))
    const events = await during((session) => {
      session.invalidate()
      session.flash('Good-bye')
    })
    expect(events).toEqual([{ type: 'invalidated' }, { type: 'created' }])
  })

  it('tells of no new identity where nothing is left to have one', async () => {
    const { visitor, during } = recorded(options())
    await during((session) => session.set('a', 1))
    const events = await during((session) => {
      session.clear()
      session.regenerate()
    })
    // In a store an empty session stays; a cookie that would be empty is deleted, as by clear() alone.
    expect(events).toEqual(visitor.token === undefined ? [] : [{ type: 'regenerated' }])
  })

  it('is called before the response leaves, with the context', async () => {
    const seen: string[] = []
    const visitor = createVisitor({
      ...options(),
      onEvent: (event, c) => void seen.push(`${event.type} ${c.req.method}`),
    })
    await visitor.visit((session) => session.set('a', 1))
    expect(seen).toEqual(['created GET'])
  })

  it.each<[string, SessionOptions['onEvent']]>([
    [
      'throws',
      () => {
        throw new Error('hook')
      },
    ],
    ['rejects', () => Promise.reject(new Error('hook'))],
    ['never settles', () => new Promise(() => {})],
  ])('fails nothing if it %s', async (_, onEvent) => {
    const visitor = createVisitor({ ...options(), ...(onEvent && { onEvent }) })
    await visitor.visit((session) => session.set('a', 1))
    expect([visitor.status, visitor.sent.length]).toEqual([200, 1])
  })
})

it('onEvent counts the attempts of a conflict, and reports dropped changes', async () => {
  const events: SessionEvent[] = []
  const options = { onEvent: (event: SessionEvent) => void events.push(event) }
  await race(
    (session) => session.set('a', 1),
    (session) => session.set('b', 1),
    { options },
  )
  expect(events).toContainEqual({ type: 'conflict', attempts: 2 })
  await race(
    (session) => session.set('a', 1),
    (session) => session.invalidate(),
    { options },
  )
  expect(events.at(-1)).toEqual({ type: 'dropped', why: 'ended' })
})

it('onEvent names the queue that lost unread messages, and how many', async () => {
  const { during, visitor } = recorded()
  const long = 'x'.repeat(1000)
  await visitor.visit((session) => {
    session.flash(long)
    session.flash(long, 'error')
  })
  const events = await during((session) => {
    session.flash(long, 'error')
  })
  expect(events).toEqual([{ type: 'flash-dropped', queue: 'error', count: 1 }])
})

describe('a store failure', () => {
  const down = (): Promise<never> =>
    Promise.reject(
      Object.assign(new Error('no connection\n[1,2,{"user":"mary"}]'.slice(0, 13)), {
        command: ['SET', 'payload'],
      }),
    )
  const store: Store = { get: down, swap: down }

  it('is reported to onEvent, with whether the request failed', async () => {
    const { during } = recorded({ store })
    const events = await during((session) => session.set('a', 1))
    expect(events).toEqual([{ type: 'store-error', error: expect.any(StoreError), failed: true }])
  })

  it('fails no request that only extends the life of its session', async () => {
    at(0)
    const memory = memoryStore()
    let swap = memory.swap
    const { during, visitor } = recorded({
      store: { get: memory.get, swap: (...given) => swap(...given) },
    })
    await visitor.visit((session) => session.set('a', 1))
    at(121)
    swap = down
    const events = await during((session) => session.get('a'))
    expect(events).toEqual([{ type: 'store-error', error: expect.any(StoreError), failed: false }])
    expect(visitor.status).toBe(200)
  })

  it('is logged in one line without onEvent: names and messages, never the objects', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    await createVisitor({ store }).attempt((session) => session.set('a', 1))
    expect(log.mock.calls).toEqual([
      ['StoreError: session: the store failed – caused by Error: no connection'],
    ])
  })

  it.each<[string, string]>([
    ['a session', '[1700000000,1700000000,{"user":"mary","card":"4111"}]'],
    ['a session with spaces', '[1700000000.5, 1700000000, {"user":"mary"}]'],
    ['a tombstone', '{"at":1700000000.123,"how":"ended","token":"mary"}'],
  ])('is logged without the record of %s that its client quotes', async (_, record) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const command = JSON.stringify(['EVAL', 'return 1', 1, 'session:x', record, '60'])
    for (const quoted of [command, JSON.stringify(command), record]) {
      log.mockClear()
      const message = `NOPERM no permission, command was: ${quoted}`
      const down = () => Promise.reject(new Error(message))
      const visitor = createVisitor({ store: { get: down, swap: down } })
      await visitor.attempt((session) => session.set('a', 1))
      expect(log).toHaveBeenCalledTimes(1)
      expect(log.mock.calls[0]?.[0]).toContain('NOPERM no permission, command was: ')
      expect(log.mock.calls[0]?.[0]).not.toContain('mary')
    }
  })

  it.each<[string, (session: Session) => unknown]>([
    ['userSessions().endAll()', () => userSessions(store).endAll('mary')],
    ['userSessions().list()', (session) => userSessions(store).list('mary', session)],
    ['revokeSessions()', () => revokeSessions(store, 'mary')],
  ])('is told, once, if it is thrown in a handler, by %s', async (_, use) => {
    const { during, visitor } = recorded()
    const failure = { type: 'store-error', error: expect.any(StoreError), failed: true }
    expect(await during(use)).toEqual([failure])
    expect(visitor.status).toBe(503)
  })

  it('is logged, once, in a request that opens no session', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const app = new Hono()
      .use(session({ secret }))
      .use(session({ secret, as: 'admin', cookie: { name: 'admin' } }))
      .post('/leaked', async (c) => {
        await userSessions(store).endAll('mary')
        return c.text('ended')
      })
    expect((await app.request('/leaked', { method: 'POST' })).status).toBe(503)
    expect(log).toHaveBeenCalledTimes(1)
  })

  it('is told at each request, even if the store throws one and the same error', async () => {
    const constant = new StoreError('down')
    const down = () => Promise.reject(constant)
    const { during } = recorded({ store: { get: down, swap: down } })
    const failure = { type: 'store-error', error: constant, failed: true }
    expect(await during((session) => session.set('a', 1))).toEqual([failure])
    expect(await during((session) => session.set('a', 1))).toEqual([failure])
  })

  it('is told if the handler catches it, too', async () => {
    const events: SessionEvent[] = []
    const app = new Hono()
      .use(session({ secret, store, onEvent: (event) => void events.push(event) }))
      .get('/', async (c) => c.text(await c.var.session().then(String, () => 'without')))
    const Cookie = await sealSession({}, { secret, store: memoryStore() })
    const response = await app.request('/', { headers: { Cookie } })
    expect(await response.text()).toBe('without')
    expect(events).toEqual([{ type: 'store-error', error: expect.any(StoreError), failed: true }])
  })

  it('is not logged with onEvent', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    await recorded({ store }).during((session) => session.set('a', 1))
    expect(log).not.toHaveBeenCalled()
  })
})

it('no event holds an id, a token, a secret or a payload', async () => {
  const { visitor, events } = recorded({ store: memoryStore() })
  const id = await visitor.visit((session) => {
    session.set('note', 'private')
    return session.id
  })
  await visitor.visit((session) => session.regenerate())
  await visitor.visit((session) => session.invalidate())
  const text = JSON.stringify(events)
  for (const secretPart of [id, 'private', visitor.cookies.get(cookieName)]) {
    if (secretPart !== undefined) expect(text).not.toContain(secretPart)
  }
})
