import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type Session,
  type SessionEvent,
  type SessionOptions,
  type Store,
  userSessions,
} from '../../src/session/index.ts'
import { kvStore } from '../../src/session/stores/kv.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { at, pass, settle, start, stopTime } from '../kit/clock.ts'
import { otherSecret, secret } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

beforeEach(stopTime)
afterEach(() => {
  vi.useRealTimers()
})

const never = () => new Promise<never>(() => {})
const rateLimited = () => Promise.reject(new Error('KV PUT failed: 429 Too Many Requests'))
const readOnly = () =>
  Promise.reject(new Error("READONLY You can't write against a read only replica."))
const retryable = () => Promise.reject(Object.assign(new Error('reset'), { retryable: true }))
const overloaded = () =>
  Promise.reject(Object.assign(new Error('busy'), { retryable: true, overloaded: true }))

type Swap = Store['swap']

/** A store whose writes a test lets fail: each takes the next of `faults`, if there is one. */
function faulty() {
  const memory = memoryStore()
  const faults: ((...given: Parameters<Swap>) => ReturnType<Swap>)[] = []
  const store: Store = {
    get: memory.get,
    swap: (...given) => (faults.shift() ?? memory.swap)(...given),
  }
  const events: SessionEvent[] = []
  const options: Partial<SessionOptions> = { store, onEvent: (event) => void events.push(event) }
  /** Applies a write, and loses the answer. */
  const lost: Swap = async (...given) => {
    await memory.swap(...given)
    throw new Error('connection reset')
  }
  return { memory, faults, lost, events, options, visitor: createVisitor(options) }
}

async function loggedIn() {
  const site = faulty()
  await site.visitor.visit((session) => session.set('user', 'mary'))
  site.events.length = 0
  return site
}

/** Waits for a response while time passes. Returns how many seconds it took. */
async function timed<T>(answering: Promise<T>, seconds = 12) {
  const began = Date.now()
  const timing = answering.then((answer) => ({ answer, took: (Date.now() - began) / 1000 }))
  await settle()
  await pass(seconds * 1000)
  return timing
}

describe('a write that only extends a session', () => {
  const faults: [string, Swap][] = [
    ['refused with 429', rateLimited],
    ['refused with READONLY', readOnly],
    ['lost in a reset', retryable],
    ['refused by an overloaded store', overloaded],
    ['never answered', never],
    ['rejected with nothing', () => Promise.reject(undefined)],
  ]

  it.each(faults)(
    'never fails the page, nor delays it by more than a second: %s',
    async (_, fault) => {
      const { visitor, faults, events } = await loggedIn()
      at(121)
      stopTimersToo()
      faults.push(fault)
      const { answer, took } = await timed(visitor.attempt((session) => session.get('user')))
      expect(answer).toMatchObject({ status: 200, result: 'mary', sent: [] })
      expect(took).toBeLessThanOrEqual(1.5) // the second, and a step of the test's clock
      expect(events).toEqual([{ type: 'store-error', error: expect.any(Error), failed: false }])
      expect(faults).toEqual([])
      expect(await visitor.visit((session) => session.get('user'))).toBe('mary')
    },
  )

  it('is due again at the next request', async () => {
    const { visitor, faults, events } = await loggedIn()
    at(121)
    faults.push(readOnly)
    await visitor.visit((session) => session.get('user'))
    await visitor.visit((session) => session.get('user'))
    expect(events.map(({ type }) => type)).toEqual(['store-error', 'renewed'])
    at(121 + 1200)
    expect(await visitor.visit((session) => session.get('user'))).toBe('mary')
  })

  it('never fails the page when an id is due to be re-signed', async () => {
    const { visitor, options, memory, events } = await loggedIn()
    let reads = 0
    const get: Store['get'] = (key) =>
      reads++ ? Promise.reject(new Error('down')) : memory.get(key)
    const store = { ...memory, get }
    const rotated = createVisitor({ ...options, store, secret: [otherSecret, secret] })
    rotated.token = visitor.token
    const answer = await rotated.attempt((session) => session.get('user'))
    expect(answer).toMatchObject({ status: 200, result: 'mary', sent: [] })
    expect(events).toEqual([{ type: 'store-error', error: expect.any(Error), failed: false }])
  })

  it('never fails the page when an expired session is due to be removed', async () => {
    const { visitor, options, events } = await loggedIn()
    const store = {
      swap: readOnly,
      get: async () => `[${start},${start},{"user":"mary"}]`,
    }
    const late = createVisitor({ ...options, store })
    late.token = visitor.token
    at(1201)
    const answer = await late.attempt((session) => session.get('user'))
    expect(answer).toMatchObject({ status: 200, result: undefined, sent: [] })
    expect(events).toEqual([{ type: 'store-error', error: expect.any(Error), failed: false }])
  })

  it.each([
    ['a change', (session: Session) => session.set('n', 1)],
    ['a flash message', (session: Session) => session.flash('hello')],
    ['changed()', (session: Session) => session.changed()],
    ['a login', (session: Session) => session.regenerate()],
    ['a logout', (session: Session) => session.invalidate()],
  ])('is not %s, which results in 503 if it cannot be stored', async (_, use) => {
    const { visitor, faults, events } = await loggedIn()
    faults.push(...Array<Swap>(8).fill(readOnly))
    const { status, sent } = await visitor.attempt((session) => void use(session))
    expect([status, sent]).toEqual([503, []])
    expect(events).toContainEqual({ type: 'store-error', error: expect.any(Error), failed: true })
    faults.length = 0
    expect(await visitor.visit((session) => session.entries())).toEqual([['user', 'mary']])
  })
})

describe('a write that KV refuses with 429', () => {
  const uses: [string, (session: Session) => unknown, unknown][] = [
    ['a change', (session) => session.set('n', 1), { user: 'mary', n: 1 }],
    ['a popped message', (session) => session.popFlash(), { user: 'mary' }],
    ['a login', (session) => session.regenerate(), { user: 'mary' }],
    ['a logout', (session) => session.invalidate(), {}],
  ]

  it.each(uses)('is retried after a second: %s', async (_, use, left) => {
    const { visitor, faults } = await loggedIn()
    await visitor.visit((session) => session.flash('hello'))
    faults.push(...Array<Swap>(2).fill(rateLimited))
    const { answer, took } = await timed(visitor.attempt((session) => void use(session)))
    expect(answer.status).toBe(200)
    expect(took).toBeGreaterThanOrEqual(1)
    expect(took).toBeLessThan(5)
    expect(await visitor.visit((session) => Object.fromEntries(session.entries()))).toEqual(left)
  })

  it('results in 503 if it is refused for 10 seconds', async () => {
    const { visitor, faults } = await loggedIn()
    faults.push(...Array<Swap>(100).fill(rateLimited))
    const { answer, took } = await timed(visitor.attempt((session) => session.set('n', 1)))
    expect(answer).toMatchObject({ status: 503, sent: [] })
    expect(took).toBeLessThanOrEqual(10.5)
    expect(100 - faults.length).toBeGreaterThan(5) // it used all of its budget
  })
})

describe('a session in KV, which takes one write of a key a second', () => {
  /** A namespace that enforces its limit. */
  function limited() {
    const entries = new Map<string, { value: string; metadata: unknown }>()
    const written = new Map<string, number>()
    const write = async (key: string, change: () => void) => {
      if (Date.now() - (written.get(key) ?? 0) < 1000) return rateLimited()
      written.set(key, Date.now())
      change()
    }
    return kvStore({
      getWithMetadata: async (key) => entries.get(key) ?? { value: null, metadata: null },
      put: (key, value, { metadata }) => write(key, () => entries.set(key, { value, metadata })),
      delete: (key) => write(key, () => entries.delete(key)),
    })
  }

  it('shows a flash message after a redirect, a second later', async () => {
    const visitor = createVisitor({ store: limited() })
    await visitor.visit((session) => session.flash('Your item was added.'))
    const { answer, took } = await timed(visitor.attempt((session) => session.popFlash()))
    expect(answer).toMatchObject({ status: 200, result: ['Your item was added.'] })
    expect(took).toBeGreaterThanOrEqual(1)
    expect(took).toBeLessThanOrEqual(2)
  })

  it('counts each of four reloads, and fails none', async () => {
    const visitor = createVisitor({ store: limited() })
    const counts: unknown[] = []
    for (let i = 0; i < 4; i++) {
      const counting = visitor.visit((session) => session.update('n', (n) => Number(n ?? 0) + 1))
      counts.push((await timed(counting, 3)).answer)
    }
    expect(counts).toEqual([1, 2, 3, 4])
  })

  it('is due for its re-issue in ten tabs at once, and no page waits for it', async () => {
    const visitor = createVisitor({ store: limited(), onEvent: () => {} })
    await visitor.visit((session) => session.set('user', 'mary'))
    vi.setSystemTime(Date.now() + 121_000)
    const tabs = Array.from({ length: 10 }, () => visitor.attempt((session) => session.get('user')))
    const { answer, took } = await timed(Promise.all(tabs))
    expect(answer.map(({ status, result }) => [status, result])).toEqual(
      Array(10).fill([200, 'mary']),
    )
    expect(took).toBeLessThanOrEqual(1.5)
  })
})

describe('the first write of a new id', () => {
  it('whose response is lost has succeeded', async () => {
    const { visitor, faults, lost, events } = faulty()
    faults.push(lost)
    const answer = await visitor.attempt((session) => session.set('user', 'mary'))
    expect(answer).toMatchObject({ status: 200, error: undefined })
    expect(await visitor.visit((session) => session.get('user'))).toBe('mary')
    expect(events.map(({ type }) => type)).toEqual(['created'])
  })

  it('is repeated once, whatever failed', async () => {
    for (const fault of [readOnly, retryable, () => Promise.reject(undefined)]) {
      const { visitor, faults } = faulty()
      faults.push(fault as Swap)
      expect((await visitor.attempt((session) => session.set('n', 1))).status).toBe(200)
      visitor.token = undefined
      faults.push(fault as Swap, fault as Swap)
      const answer = await visitor.attempt((session) => session.set('n', 1))
      expect(answer).toMatchObject({ status: 503, sent: [] })
    }
  })

  it('is not repeated if the store is overloaded', async () => {
    const { visitor, faults } = faulty()
    faults.push(overloaded, readOnly)
    expect((await visitor.attempt((session) => session.set('n', 1))).status).toBe(503)
    expect(faults).toHaveLength(1)
  })

  it('is not repeated if no time is left', async () => {
    const { visitor, faults } = faulty()
    faults.push(never, readOnly)
    const { answer } = await timed(visitor.attempt((session) => session.set('n', 1)))
    expect(answer.status).toBe(503)
    expect(faults).toHaveLength(1)
  })

  it('whose response is lost has succeeded at a login and a regenerate(), too', async () => {
    const { visitor, faults, lost, memory } = faulty()
    await visitor.visit((session) => session.set('guest', 1))
    faults.push(memory.swap, lost) // the list, then the new id
    expect((await visitor.attempt(login)).status).toBe(200)
    expect(await visitor.visit((session) => session.user)).toBe('mary')
    faults.push(memory.swap, lost)
    expect((await visitor.attempt((session) => session.regenerate())).status).toBe(200)
    expect(await visitor.visit((session) => session.user)).toBe('mary')
    expect(await userSessions(memory).list('mary')).toHaveLength(1)
  })

  it('is no login if the user’s sessions end before the repetition', async () => {
    const { visitor, faults, lost, memory } = faulty()
    faults.push(memory.swap, async (...given) => {
      await lost(...given).catch(() => {})
      expect(await userSessions(memory).endAll('mary')).toBe(1)
      throw new Error('connection reset')
    })
    const { status, sent } = await visitor.attempt(login)
    expect([status, sent]).toEqual([200, []])
    expect(await userSessions(memory).list('mary')).toEqual([])
  })
})

describe('a change whose response is lost', () => {
  it('results in 503 and is not repeated, since nobody could tell whose write it was', async () => {
    const { visitor, faults, lost } = await loggedIn()
    await visitor.visit((session) => session.set('n', 1))
    faults.push(lost)
    const answer = await visitor.attempt((session) => session.update('n', (n) => Number(n) + 1))
    expect(answer).toMatchObject({ status: 503, sent: [] })
    expect(await visitor.visit((session) => session.get('n'))).toBe(2)
  })

  it('results in 503 at a login: the old session continues, or the next login succeeds', async () => {
    for (const lostCall of [0, 1, 2]) {
      const { visitor, faults, lost, memory } = await loggedIn()
      faults.push(...Array<Swap>(lostCall).fill(memory.swap), lost)
      const { status } = await visitor.attempt(login)
      expect(status).toBe(lostCall === 1 ? 200 : 503)
      expect((await visitor.attempt(login)).status).toBe(200)
      expect(await visitor.visit((session) => session.user)).toBe('mary')
    }
  })
})

function login(session: Session): void {
  session.regenerate()
  session.bind('mary')
}

/** `at()` lets timers run: stops them where the clock is. */
function stopTimersToo(): void {
  const now = Date.now()
  stopTime()
  vi.setSystemTime(now)
}
