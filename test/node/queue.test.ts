// Requests queue only where one can wake another, which vitest's workers pool switches off.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Session, type Store, userSessions } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { pass, settle, stopTime } from '../kit/clock.ts'
import { gate } from '../kit/race.ts'
import { watched } from '../kit/stores.ts'
import { createVisitor } from '../kit/visitor.ts'

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const count = (session: Session) => session.update('n', (n) => Number(n ?? 0) + 1)

/** A visitor with a session, and the store that it is in. */
async function known(store: Store) {
  const visitor = createVisitor({ store })
  await visitor.visit((session) => session.set('n', 0))
  return visitor
}

describe('64 clients that change one session', () => {
  it('take two store calls for each change, none refused', async () => {
    const store = watched(slowed(memoryStore()))
    const visitor = await known(store)
    store.calls.length = 0
    const statuses = new Set<number>()
    const client = async () => {
      for (let i = 0; i < 10; i++) statuses.add((await visitor.attempt(count)).status)
    }
    await Promise.all(Array.from({ length: 64 }, client))
    expect([...statuses]).toEqual([200])
    expect(await visitor.visit((session) => session.get('n'))).toBe(640)
    expect(store.calls.length / 640).toBeLessThanOrEqual(2.3)
  })

  it('take no more calls from a store that answers before the next request queues', async () => {
    const store = watched(memoryStore())
    const visitor = await known(store)
    store.calls.length = 0
    const client = async () => {
      for (let i = 0; i < 10; i++) await visitor.visit(count)
    }
    await Promise.all(Array.from({ length: 64 }, client))
    expect(await visitor.visit((session) => session.get('n'))).toBe(640)
    expect(store.calls.length / 640).toBeLessThanOrEqual(2.3)
  })

  it('are served in the order in which they came', async () => {
    const store = slowed(memoryStore())
    const visitor = await known(store)
    const served: number[] = []
    const opened = Array.from({ length: 64 }, gate)
    const visits = opened.map(async ({ promise, resolve }, i) => {
      await opened[i - 1]?.promise
      const visit = visitor.visit((session) => {
        count(session)
        resolve()
      })
      await promise
      await visit
      served.push(i)
    })
    await Promise.all(visits)
    const overtaken = served.filter((client, place) => Math.abs(client - place) > 2)
    expect(overtaken).toEqual([])
  })

  it('take at most 2.3 calls for each change from two processes, none refused', async () => {
    const memory = slowed(memoryStore())
    const processes = [watched(memory), watched(memory)]
    const { token } = await known(memory)
    const visitors = processes.map((store) => createVisitor({ store }))
    for (const visitor of visitors) visitor.token = token
    const statuses = new Set<number>()
    const client = async (i: number) => {
      const visitor = visitors[i % 2]
      for (let j = 0; j < 10; j++) statuses.add(Number((await visitor?.attempt(count))?.status))
    }
    await Promise.all(Array.from({ length: 64 }, (_, i) => client(i)))
    expect([...statuses]).toEqual([200])
    expect(await visitors[0]?.visit((session) => session.get('n'))).toBe(640)
    const calls = processes.reduce((sum, store) => sum + store.calls.length, 0)
    expect(calls / 640).toBeLessThanOrEqual(2.3)
  })
})

describe('a queue', () => {
  it.each([1, 12])('skips %i requests that stopped while waiting', async (stopped) => {
    stopTime()
    const memory = memoryStore()
    const visitor = await known(memory)
    const frozen = vi.spyOn(globalThis, 'setTimeout').mockImplementation(() => 0 as never)
    const signs = vi.spyOn(globalThis, 'setInterval').mockImplementation(() => 0 as never)
    // Nothing in them continues, as in a Worker when the client hangs up.
    const swap = vi.fn(() => new Promise<never>(() => {}))
    const store = { get: memory.get, swap: swap as Store['swap'] }
    const silent = createVisitor({ store })
    silent.token = visitor.token
    const open = Array.from({ length: stopped }, gate)
    for (const { resolve } of open) {
      void silent.visit((session) => {
        session.set('lost', true)
        resolve()
      })
    }
    await Promise.all(open.map(({ promise }) => promise))
    await vi.waitFor(() => expect(swap).toHaveBeenCalled())
    await settle() // the others queue behind it
    frozen.mockRestore()
    signs.mockRestore()
    swap.mockImplementation(memory.swap as never)
    const others = [1, 2, 3].map(() => silent.visit(count))
    await pass(2000)
    expect(await Promise.all(others)).toEqual([1, 1, 1])
    expect(await visitor.visit((session) => session.entries())).toEqual([['n', 3]])
  })

  it('belongs to a store: requests of another store do not wait', async () => {
    const memory = memoryStore()
    const { token } = await known(memory)
    const held = createVisitor({
      store: { get: memory.get, swap: () => new Promise<never>(() => {}) },
    })
    held.token = token
    void held.attempt(count)
    const free = createVisitor({ store: memory })
    free.token = token
    expect(await free.visit(count)).toBe(1)
  })

  it('lets endAll() run after the current request, before those that wait', async () => {
    const memory = memoryStore()
    const thief = createVisitor({ store: memory })
    await thief.visit((session) => session.bind('mary'))
    const asked = gate()
    const slow = watched({
      get: memory.get,
      async swap(key, ...given) {
        if (key.startsWith('session:')) asked.resolve()
        await new Promise((resolve) => setTimeout(resolve, 20))
        return memory.swap(key, ...given)
      },
    })
    const crowded = createVisitor({ store: slow })
    crowded.token = thief.token
    const crowd = Array.from({ length: 40 }, () => crowded.visit(count))
    await asked.promise
    expect(await userSessions(slow).endAll('mary')).toBe(1)
    const changes = slow.calls.filter(
      ([name, key]) => name === 'swap' && String(key).startsWith('session:'),
    )
    expect(changes.length).toBeLessThan(8)
    await Promise.all(crowd)
    expect(await thief.visit((session) => session.user)).toBeUndefined()
  })

  it('leaves no timer behind, whether its requests succeed, fail or run out of time', async () => {
    stopTime()
    const onEvent = () => {}
    const memory = memoryStore()
    const visitor = await known(memory)
    await Promise.all(Array.from({ length: 8 }, () => visitor.visit(count)))
    expect(vi.getTimerCount()).toBe(0)
    const failing = createVisitor({
      onEvent,
      store: { get: memory.get, swap: () => Promise.reject(new Error('down')) },
    })
    failing.token = visitor.token
    await Promise.all(Array.from({ length: 8 }, () => failing.attempt(count)))
    expect(vi.getTimerCount()).toBe(0)
    const hanging = createVisitor({
      onEvent,
      store: { get: memory.get, swap: () => new Promise<never>(() => {}) },
    })
    hanging.token = visitor.token
    const answers = Array.from({ length: 8 }, () => hanging.attempt(count))
    for (let tasks = 0; tasks < 10; tasks++) await settle()
    await pass(10_000)
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(8).fill(503))
    expect(vi.getTimerCount()).toBe(0)
  })
})

/** A store with a latency of a few turns of the event loop. */
function slowed(store: Store): Store {
  const pause = () => new Promise((resolve) => setTimeout(resolve, 1))
  return {
    get: async (key: string) => {
      await pause()
      return store.get(key)
    },
    swap: async (...given) => {
      await pause()
      return store.swap(...given)
    },
  }
}
