import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Session, type Store, storeKey, userSessions } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { at } from '../kit/clock.ts'
import { canQueue, gate } from '../kit/race.ts'
import { watched } from '../kit/stores.ts'
import { createVisitor } from '../kit/visitor.ts'

afterEach(() => {
  vi.useRealTimers()
})

const login = (session: Session) => {
  session.regenerate()
  session.bind('mary')
}

/** The keys of the sessions on the list that was written last. */
function listed(store: ReturnType<typeof watched>): string[] {
  const lists = store.calls.filter(([name, key]) => name === 'swap' && /^user:/.test(String(key)))
  return JSON.parse(String(lists.at(-1)?.[3])).map(([key]: [string, number]) => key)
}

describe('a user with 20 sessions who logs in again', () => {
  it('has the oldest session ended', async () => {
    at(0)
    const store = watched(memoryStore())
    const phones = Array.from({ length: 21 }, () => createVisitor({ store }))
    for (const [second, phone] of phones.entries()) {
      at(second)
      await phone.visit(login)
    }
    const users = await Promise.all(phones.map((phone) => phone.visit((session) => session.user)))
    expect(users).toEqual([undefined, ...Array(20).fill('mary')])
    expect(listed(store)).toHaveLength(20)
    expect(await userSessions(store).list('mary')).toHaveLength(20)
  })

  it('has none ended if old ones have expired', async () => {
    at(0)
    const store = watched(memoryStore())
    for (let i = 0; i < 10; i++) await createVisitor({ store }).visit(login)
    at(1000)
    const phones = Array.from({ length: 10 }, () => createVisitor({ store }))
    for (const phone of phones) await phone.visit(login)
    at(1300) // the first ten have timed out
    await createVisitor({ store }).visit(login)
    expect(await userSessions(store).list('mary')).toHaveLength(11)
    expect(listed(store)).toHaveLength(11)
  })

  it('needs a bounded number of calls, however many logins there were', async () => {
    const store = watched(memoryStore())
    const counts: number[] = []
    for (let i = 0; i < 60; i++) {
      at(i * 61)
      store.calls.length = 0
      await createVisitor({ store }).visit(login)
      counts.push(store.calls.length)
    }
    expect(counts[0]).toBe(3)
    expect(Math.max(...counts)).toBeLessThanOrEqual(25)
    store.calls.length = 0
    await userSessions(store).endAll('mary')
    expect(store.calls.length).toBeLessThanOrEqual(61)
  })

  it('loses no session that is being written', async () => {
    at(0)
    const memory = memoryStore()
    const [announced, goOn] = [gate(), gate()]
    const slow: Store = {
      get: memory.get,
      async swap(key, ...given) {
        if (key.startsWith('session:')) {
          announced.resolve()
          await goOn.promise
        }
        return memory.swap(key, ...given)
      },
    }
    const phone = createVisitor({ store: slow })
    const slowly = phone.visit(login)
    await announced.promise
    for (let i = 0; i < 25; i++) await createVisitor({ store: memory }).visit(login)
    goOn.resolve()
    await slowly
    const id = await phone.visit((session) => session.id)
    const own = (await storeKey(String(id))).slice('session:'.length)
    expect((await userSessions(memory).list('mary')).map((each) => each.id)).toContain(own)
  })
})

it.skipIf(!canQueue)('endAll() does not wait for the queue of a session', async () => {
  const memory = memoryStore()
  const thief = createVisitor({ store: memory })
  await thief.visit(login)
  const asked = gate()
  const slow = watched({
    get: memory.get,
    async swap(...given) {
      asked.resolve()
      await new Promise((resolve) => setTimeout(resolve, 20))
      return memory.swap(...given)
    },
  })
  const crowded = createVisitor({ store: slow })
  crowded.token = thief.token
  const crowd = Array.from({ length: 40 }, () => crowded.visit((session) => session.set('n', 1)))
  await asked.promise
  expect(await userSessions(memory).endAll('mary')).toBe(1)
  expect(slow.calls.filter(([name]) => name === 'swap').length).toBeLessThan(5)
  await Promise.all(crowd)
  expect(await thief.visit((session) => session.user)).toBeUndefined()
})

it('no key in the store contains the name of a user', async () => {
  const store = watched(memoryStore())
  await createVisitor({ store }).visit(login)
  await userSessions(store).endAll('mary')
  const keys = store.calls.map(([, key]) => String(key))
  expect(keys.filter((key) => !/^(session|user):[\w-]{43}$/.test(key))).toEqual([])
})

it.each(['', '__proto__', '../user:x', 'x'.repeat(100_000), 'A'.repeat(42), '\ud800'])(
  'an unknown id ends nothing and calls no store: %#',
  async (id) => {
    const store = watched(memoryStore())
    expect(await userSessions(store).end('mary', id)).toBe(false)
    expect(store.calls).toEqual([])
  },
)

it('a login whose session cannot be written leaves no entry on the list', async () => {
  const memory = memoryStore()
  const phone = createVisitor({ store: downAt('session:', memory) })
  expect(await phone.attempt(login)).toMatchObject({ status: 503, sent: [] })
  expect(await userSessions(memory).list('mary')).toEqual([])
})

it('a login whose list cannot be written is refused, and writes no session', async () => {
  const memory = watched(memoryStore())
  const phone = createVisitor({ store: downAt('user:', memory) })
  expect(await phone.attempt(login)).toMatchObject({ status: 503, sent: [] })
  expect(memory.calls.filter(([name]) => name === 'swap')).toEqual([])
})

/** A store that cannot write keys with this prefix. */
function downAt(prefix: string, store: Store): Store {
  return {
    get: (key) => store.get(key),
    swap: (key, ...given) =>
      key.startsWith(prefix) ? Promise.reject(new Error('down')) : store.swap(key, ...given),
  }
}
