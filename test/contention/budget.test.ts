import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  revokeSessions,
  type Session,
  type Store,
  StoreError,
  userSessions,
} from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { pass, settle, start, stopTime } from '../kit/clock.ts'
import { watched } from '../kit/stores.ts'
import { cookieName } from '../kit/tokens.ts'
import { createVisitor, type Visitor } from '../kit/visitor.ts'

afterEach(() => {
  vi.useRealTimers()
})

type Use = (session: Session) => unknown

const wait = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000))
const never = () => new Promise<never>(() => {})

/** A visitor with a session in a store that a test then slows down. */
async function known() {
  stopTime()
  const memory = memoryStore()
  const store = { ...memory }
  const visitor = createVisitor({ store, revocations: store, onEvent: () => {} })
  await visitor.visit((session) => session.set('n', 0))
  return { memory, store, visitor }
}

/** Sends a request. Returns the response, and after how many seconds it came. */
async function timed(visitor: Visitor, use: Use, seconds = 40) {
  const began = Date.now()
  let took: number | undefined
  const answering = visitor.attempt(use).finally(() => {
    took = (Date.now() - began) / 1000
  })
  await settle()
  await pass(seconds * 1000)
  const { status, error } = await answering
  return { status, error, took: took as number }
}

describe('the time that one request waits for its store', () => {
  it('is 10 seconds for reads and writes together', async () => {
    const { memory, store, visitor } = await known()
    store.get = (key) => wait(6).then(() => memory.get(key))
    store.swap = never
    const { status, took } = await timed(visitor, (session) => session.set('n', 1))
    expect(status).toBe(503)
    expect(took).toBeGreaterThan(9)
    expect(took).toBeLessThan(11)
  })

  it('is 10 seconds, conflicts included', async () => {
    const { memory, store, visitor } = await known()
    let swaps = 0
    store.get = (key) => wait(4).then(() => memory.get(key))
    store.swap = async () => {
      await wait(0.05)
      return { swapped: false, kept: `[${start},${start},{"n":${swaps++}}]` }
    }
    const { error, took } = await timed(visitor, (session) => session.set('n', 1))
    expect(error).toBeInstanceOf(StoreError)
    expect(took).toBeGreaterThan(9)
    expect(took).toBeLessThan(11)
    expect(swaps).toBeLessThan(150)
  })

  it('does not include what the handler does itself', async () => {
    const { memory, store, visitor } = await known()
    store.get = (key) => wait(4).then(() => memory.get(key))
    store.swap = (...given) => wait(4).then(() => memory.swap(...given))
    const use = async (session: Session) => {
      await wait(20)
      session.set('n', 1)
    }
    expect(await timed(visitor, use)).toMatchObject({ status: 200, error: undefined })
  })

  it('counts concurrent waits once', async () => {
    const { memory, store, visitor } = await known()
    const others = [1, 2, 3, 4].map(() => createVisitor({ store: memory }))
    for (const other of others) await other.visit((session) => session.set('n', 0))
    store.get = (key) => wait(4).then(() => memory.get(key))
    store.swap = (...given) => wait(4).then(() => memory.swap(...given))
    // A logout with five cookies: five sessions are read and ended.
    const tokens = [visitor, ...others].map(({ token }) => `${cookieName}=${token}`)
    const answering = visitor.attempt((session) => session.invalidate(), {
      headers: { Cookie: tokens.join('; ') },
    })
    await settle()
    await pass(12_000)
    expect((await answering).status).toBe(200)
    for (const other of others) {
      expect(await other.visit((session) => session.size)).toBe(0)
    }
  })

  it('counts once a read of revocations that runs beside a read of the session', async () => {
    const { memory, store, visitor } = await known()
    store.get = (key) =>
      (key.startsWith('revoked:') ? wait(7) : wait(0)).then(() => memory.get(key))
    const use = async (session: Session) => {
      session.bind('mary')
      await wait(20)
    }
    expect(await timed(visitor, use)).toMatchObject({ status: 200 })
  })

  it('is 10 seconds for each call of userSessions() and of revokeSessions()', async () => {
    stopTime()
    const store = { get: never, swap: never }
    const calls = [
      () => userSessions(store).list('mary'),
      () => userSessions(store).endAll('mary'),
      () => userSessions(store).end('mary', 'A'.repeat(43)),
      () => revokeSessions(store, 'mary'),
    ]
    for (const call of calls) {
      const began = Date.now()
      const failing = call().catch((error) => error)
      await settle()
      await pass(10_000)
      expect(await failing).toBeInstanceOf(StoreError)
      expect(Date.now() - began).toBe(10_000)
    }
  })

  it('ends without starting another call', async () => {
    const { memory, store, visitor } = await known()
    const watching = watched(memory)
    store.get = (key) => wait(6).then(() => watching.get(key))
    store.swap = (...given) => wait(6).then(() => watching.swap(...given))
    const { status } = await timed(visitor, (session) => session.regenerate())
    expect(status).toBe(503)
    // The first write of the new id was sent before the time was up; nothing after it.
    expect(watching.calls.map(([name]) => name)).toEqual(['get', 'swap'])
  })

  it('leaves no unhandled rejection if the store fails after it', async () => {
    const { store, visitor } = await known()
    const failLate = () => wait(15).then(() => Promise.reject(new Error('too late')))
    store.get = failLate
    store.swap = failLate
    // An unhandled rejection would fail the run.
    expect(await timed(visitor, (session) => session.get('n'))).toMatchObject({ status: 503 })
  })
})

describe('a session that other requests keep changing', () => {
  it('results in 503 after 10 seconds', async () => {
    const { memory, visitor } = await known()
    const busy = watched({
      get: memory.get,
      swap: async () => ({
        swapped: false,
        kept: `[${start},${start},{"n":${Math.random()}}]`,
      }),
    } as Store)
    const late = createVisitor({ store: busy, onEvent: () => {} })
    late.token = visitor.token
    const { error, took } = await timed(late, (session) => session.set('n', 1), 12)
    expect(error).toMatchObject({
      status: 503,
      message: 'session: too many requests change this session',
    })
    expect(took).toBeGreaterThan(9)
    expect(busy.calls.length).toBeLessThan(5000)
    expect(late.sent).toEqual([])
  })
})
