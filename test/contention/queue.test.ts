import { afterEach, describe, expect, it, vi } from 'vitest'
import { StoreError } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { passTimeUntil, start } from '../kit/clock.ts'
import { canQueue } from '../kit/race.ts'
import { watched } from '../kit/stores.ts'
import { createVisitor } from '../kit/visitor.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('many tabs that all count', () => {
  it.skipIf(!canQueue)(
    'arrive at the exact count, with no request refused',
    async () => {
      const store = watched(slowed(memoryStore()))
      const visitor = createVisitor({ store })
      await visitor.visit((session) => session.set('n', 0))
      store.calls.length = 0
      const statuses = new Set<number>()
      const client = async () => {
        for (let i = 0; i < 10; i++) {
          await visitor.visit((session) => session.update('n', (n) => Number(n) + 1))
          statuses.add(visitor.status)
        }
      }
      await Promise.all(Array.from({ length: 64 }, client))
      expect([...statuses]).toEqual([200])
      expect(await visitor.visit((session) => session.get('n'))).toBe(640)
      // A read and a swap each, since they wait for their turns.
      expect(store.calls.length / 640).toBeLessThan(2.5)
    },
    60_000,
  )

  it.each([1, 12])('overtake %i whose requests stopped in the queue', async (count) => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] })
    const memory = memoryStore()
    const visitor = createVisitor({ store: memory })
    await visitor.visit((session) => session.set('n', 0))
    // Nothing in them continues, as in a Worker when the client disconnects.
    const stopped = new Promise<never>(() => {})
    const silent = createVisitor({ store: { get: memory.get, swap: () => stopped } })
    silent.token = visitor.token
    const timers = vi.spyOn(globalThis, 'setTimeout').mockImplementation(() => 0 as never)
    for (let i = 0; i < count; i++) void silent.visit((session) => session.set('lost', true))
    await vi.waitFor(() => expect(timers.mock.calls.length).toBeGreaterThanOrEqual(2 * count))
    timers.mockRestore()
    const others = [1, 2, 3].map(() =>
      visitor.visit((session) => session.update('n', (n) => Number(n) + 1)),
    )
    await passTimeUntil(Promise.all(others), 1)
    expect(await visitor.visit((session) => session.entries())).toEqual([['n', 3]])
  })
})

describe('a session that other requests keep changing', () => {
  it('results in 503 after 10 seconds', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] })
    const memory = memoryStore()
    const visitor = createVisitor({ store: memory })
    await visitor.visit((session) => session.set('n', 0))
    const busy = watched({
      get: memory.get,
      swap: async () => ({
        swapped: false,
        kept: `[${start},${start},{"n":${Math.random()}}]`,
      }),
    })
    const late = createVisitor({ store: busy })
    late.token = visitor.token
    const answer = late.attempt((session) => session.set('n', 1))
    expect(await passTimeUntil(answer, 60)).toMatchObject({
      error: expect.any(StoreError),
      status: 503,
      sent: [],
    })
    expect(busy.calls.length).toBeLessThan(5000)
  })
})

/** A store with a latency of a few turns of the event loop. */
function slowed(store: ReturnType<typeof memoryStore>) {
  const pause = () => new Promise((resolve) => setTimeout(resolve, 1))
  return {
    get: async (key: string) => {
      await pause()
      return store.get(key)
    },
    swap: async (...given: Parameters<typeof store.swap>) => {
      await pause()
      return store.swap(...given)
    },
  }
}
