import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Session, type Store, StoreError, userSessions } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { at, pass, stopTime } from '../kit/clock.ts'
import { type Random, randomFrom, rounds } from '../kit/schedule.ts'
import { createVisitor, type Visit, type Visitor } from '../kit/visitor.ts'

beforeEach(stopTime)
afterEach(() => {
  vi.useRealTimers()
})

const onEvent = () => {}

/** Ways in which a call may go. */
const faults = ['fine', 'refused', 'lost', 'late', 'reset', 'overloaded', 'rate limited'] as const

/** A store each of whose calls may fail, in one of the given ways. */
function failing(store: Store, random: Random, ways: readonly (typeof faults)[number][]): Store {
  async function call<T>(work: () => Promise<T>): Promise<T> {
    switch (random.chance(0.7) ? 'fine' : random.pick(ways)) {
      case 'refused':
        throw new Error('READONLY')
      case 'overloaded':
        throw Object.assign(new Error('busy'), { overloaded: true })
      case 'rate limited':
        throw new Error('KV PUT failed: 429 Too Many Requests')
      case 'reset':
        throw Object.assign(new Error('reset'), { retryable: true })
      case 'late':
        await new Promise((resolve) => setTimeout(resolve, 3000))
        return work()
      case 'lost':
        await work()
        throw new Error('connection reset')
      default:
        return work()
    }
  }
  return {
    get: (key) => call(() => store.get(key)),
    swap: (...given) => call(() => store.swap(...given)),
  }
}

/** Lets time pass until the response comes, for the back-offs and late answers of the store. */
async function answered<T>(answering: Promise<T>): Promise<T> {
  let isDone = false
  void answering.finally(() => {
    isDone = true
  })
  while (!isDone) await pass(500)
  return answering
}

function assertWellAnswered({ status, error, sent }: Visit<unknown>): void {
  if (status === 200) return
  expect(error).toBeInstanceOf(StoreError)
  expect([status, sent]).toEqual([503, []])
}

describe('a store that fails at random', () => {
  it('loses no change that was answered with success, and invents none', async () => {
    for (let seed = 1; seed <= rounds / 2; seed++) {
      const memory = memoryStore()
      const { token } = await withSession(memory)
      const random = randomFrom(seed)
      const processes = [1, 2].map(() => failing(memory, random, faults))
      const visits = Array.from({ length: 6 }, (_, i) => {
        const visitor = createVisitor({ store: processes[i % 2] as Store, onEvent })
        visitor.token = token
        return visitor.attempt((session) => session.update('n', (n) => Number(n) + 1))
      })
      const answers = await answered(Promise.all(visits))
      answers.forEach(assertWellAnswered)
      const n = Number(((await createVisitor({ store: memory }).present(token)) as { n: number }).n)
      const succeeded = answers.filter(({ status }) => status === 200).length
      expect(n, `seed ${seed}`).toBeGreaterThanOrEqual(succeeded)
      expect(n, `seed ${seed}`).toBeLessThanOrEqual(6)
    }
  })

  it('undoes no login that was answered with success, and keeps it on the list', async () => {
    for (let seed = 1; seed <= rounds / 2; seed++) {
      const memory = memoryStore()
      const { token } = await withSession(memory)
      const store = failing(memory, randomFrom(seed), faults)
      const visitor = createVisitor({ store, onEvent })
      visitor.token = token
      const answer = await answered(visitor.attempt(login))
      assertWellAnswered(answer)
      const check = createVisitor({ store: memory, onEvent })
      check.token = visitor.token
      const user = await check.visit((session) => session.user)
      expect(user, `seed ${seed}`).toBe(answer.status === 200 ? 'mary' : undefined)
      // The next try succeeds, once the store works again.
      if (user === undefined) await check.visit(login)
      expect(await check.visit((session) => session.user), `seed ${seed}`).toBe('mary')
      expect(await userSessions(memory).endAll('mary')).toBeGreaterThan(0)
      expect(await check.visit((session) => session.user), `seed ${seed}`).toBeUndefined()
    }
  })

  it('undoes no logout that was answered with success', async () => {
    for (let seed = 1; seed <= rounds / 2; seed++) {
      const memory = memoryStore()
      const { token } = await withSession(memory)
      const random = randomFrom(seed)
      const late = createVisitor({ store: failing(memory, random, ['late', 'lost']), onEvent })
      const leaving = createVisitor({ store: failing(memory, random, faults), onEvent })
      for (const visitor of [late, leaving]) visitor.token = token
      const [change, logout] = await answered(
        Promise.all([
          late.attempt((session) => session.set('late', true)),
          leaving.attempt((session) => session.invalidate()),
        ]),
      )
      assertWellAnswered(change)
      assertWellAnswered(logout)
      const left = await createVisitor({ store: memory }).present(token)
      if (logout.status === 200) expect(left, `seed ${seed}`).toEqual({})
    }
  })

  it('never fails a page that only reads, if only writes fail', async () => {
    for (let seed = 1; seed <= rounds / 2; seed++) {
      const memory = memoryStore()
      const { token } = await withSession(memory)
      const { swap } = failing(memory, randomFrom(seed), faults)
      const visitor = createVisitor({ store: { get: memory.get, swap }, onEvent })
      visitor.token = token
      vi.setSystemTime(Date.now() + 121_000)
      const { status, result } = await answered(visitor.attempt((session) => session.get('n')))
      expect([status, result], `seed ${seed}`).toEqual([200, 0])
    }
  })
})

describe('a store that is eventually consistent', () => {
  /** Two places, each with a cache that may be a minute stale, also about missing keys. */
  function places() {
    const memory = memoryStore()
    const place = () => {
      const cache = new Map<string, { text: string | null; until: number }>()
      const get = async (key: string) => {
        const cached = cache.get(key)
        if (cached && cached.until > Date.now()) return cached.text
        const text = await memory.get(key)
        cache.set(key, { text, until: Date.now() + 60_000 })
        return text
      }
      const put = async (key: string, after: string | null, ttl: number) => {
        await memory.swap(key, await memory.get(key), after, ttl)
        cache.set(key, { text: after, until: Date.now() + 60_000 })
        return { swapped: true, kept: after }
      }
      const store: Store = {
        isEventual: true,
        get,
        async swap(key, before, after, ttl) {
          const kept = await get(key)
          return kept === before ? put(key, after, ttl) : { swapped: false, kept }
        },
        create: (key, text, ttl) => put(key, text, ttl),
      }
      return store
    }
    return [place(), place()] as const
  }

  async function twoTabs() {
    const [here, there] = places()
    const tabs = [here, there].map((store) => createVisitor({ store })) as [Visitor, Visitor]
    await tabs[0].visit((session) => session.set('user', 'mary'))
    tabs[1].token = tabs[0].token
    return tabs
  }
  const user = (session: Session) => session.get('user')

  it('finds a new session everywhere at once, since nobody has read its key before', async () => {
    const [, there] = await twoTabs()
    expect(await there.visit(user)).toBe('mary')
  })

  it('ends a session at once where the visitor logs out, and everywhere within a minute', async () => {
    const [here, there] = await twoTabs()
    await there.visit(user)
    await here.visit((session) => session.invalidate())
    here.token = there.token
    expect(await here.visit(user)).toBeUndefined()
    at(60)
    expect(await there.visit(user)).toBeUndefined()
  })

  it('ends a session on a logout at a place that has not seen it yet', async () => {
    const [here, there] = places()
    const phone = createVisitor({ store: here })
    await phone.visit((session) => session.set('user', 'mary'))
    // The id is looked up where it is not known yet, and that miss is cached for a minute.
    const leaving = createVisitor({ store: Object.assign(there, { get: async () => null }) })
    leaving.token = phone.token
    await leaving.visit((session) => session.invalidate())
    expect(leaving.token).toBeUndefined()
    at(60)
    expect(await phone.visit(user)).toBeUndefined()
    expect(phone.sent).toEqual([])
  })

  it('is not made to revive a session that another place ended a minute ago', async () => {
    const [here, there] = await twoTabs()
    await there.visit(user)
    await here.visit((session) => session.regenerate())
    at(60)
    expect(await there.visit(user)).toBeUndefined()
    expect(await here.visit(user)).toBe('mary')
  })
})

const login = (session: Session) => {
  session.regenerate()
  session.bind('mary')
}

async function withSession(store: Store): Promise<{ token: string }> {
  const visitor = createVisitor({ store })
  await visitor.visit((session) => session.set('n', 0))
  return { token: String(visitor.token) }
}
