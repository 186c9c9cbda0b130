import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Store, StoreError } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { gate } from '../kit/race.ts'
import { createVisitor } from '../kit/visitor.ts'

afterEach(() => {
  vi.useRealTimers()
})

type Fault = 'none' | 'get fails' | 'swap fails' | 'the answer is lost' | 'the second swap fails'

/** A store that fails on demand. */
function faulty() {
  const memory = memoryStore()
  let swaps = 0
  const store: Store & { fault: Fault } = {
    fault: 'none' as Fault,
    async get(key) {
      if (store.fault === 'get fails') throw new Error('no route to the store at 10.0.0.1')
      return memory.get(key)
    },
    async swap(...given) {
      swaps = store.fault === 'none' ? 0 : swaps + 1
      if (store.fault === 'swap fails') throw new Error('no route to the store at 10.0.0.1')
      if (store.fault === 'the second swap fails' && swaps === 2) throw new Error('gone away')
      const answer = await memory.swap(...given)
      if (store.fault === 'the answer is lost') throw new Error('connection reset')
      return answer
    },
  }
  return store
}

/** The outcome of a request whose store failed. */
const refused = { error: expect.any(StoreError), status: 503, sent: [] }

async function loggedIn() {
  const store = faulty()
  const visitor = createVisitor({ store })
  await visitor.visit((session) => session.set('user', 'mary'))
  return { store, visitor }
}

describe('a store failure', () => {
  it('during a read results in 503, sets no cookie and logs nobody out', async () => {
    const { store, visitor } = await loggedIn()
    store.fault = 'get fails'
    expect(await visitor.attempt((session) => session.get('user'))).toMatchObject(refused)
    store.fault = 'none'
    expect(await visitor.visit((session) => session.get('user'))).toBe('mary')
  })

  it('during a write results in 503, sets no cookie and leaves the session unchanged', async () => {
    const { store, visitor } = await loggedIn()
    store.fault = 'swap fails'
    expect(await visitor.attempt((session) => session.set('user', 'john'))).toMatchObject(refused)
    store.fault = 'none'
    expect(await visitor.visit((session) => session.get('user'))).toBe('mary')
  })

  it('during the first write results in 503 and no cookie', async () => {
    const store = faulty()
    const visitor = createVisitor({ store })
    store.fault = 'swap fails'
    expect(await visitor.attempt((session) => session.set('user', 'mary'))).toMatchObject(refused)
    expect(visitor.token).toBeUndefined()
  })

  it('without any response results in 503 after 10 seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const asked = gate()
    const hanging: Store = {
      get() {
        asked.resolve()
        return new Promise(() => {})
      },
      swap: memoryStore().swap,
    }
    const { visitor } = await loggedIn()
    const late = createVisitor({ store: hanging })
    late.token = visitor.token
    const answer = late.attempt((session) => session.get('user'))
    await asked.promise
    await vi.advanceTimersByTimeAsync(9_999)
    expect(late.status).toBe(0)
    await vi.advanceTimersByTimeAsync(1)
    expect(await answer).toMatchObject(refused)
  })

  it('after a completed write results in 503, and the change is kept', async () => {
    const { store, visitor } = await loggedIn()
    store.fault = 'the answer is lost'
    expect(await visitor.attempt((session) => session.set('user', 'john'))).toMatchObject(refused)
    store.fault = 'none'
    expect(await visitor.visit((session) => session.get('user'))).toBe('john')
  })

  it.each(['regenerate', 'invalidate'] as const)(
    'between the new record and the end of the old one, in %s(), results in 503 and keeps the old session',
    async (method) => {
      const { store, visitor } = await loggedIn()
      const before = visitor.token
      store.fault = 'the second swap fails'
      const half = await visitor.attempt((session) => {
        session[method]()
        session.set('half', 'done')
      })
      expect(half).toMatchObject(refused)
      expect(visitor.token).toBe(before)
      store.fault = 'none'
      expect(await visitor.visit((session) => session.entries())).toEqual([['user', 'mary']])
    },
  )
})
