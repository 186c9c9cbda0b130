import { describe, expect, it } from 'vitest'
import type { Store } from '../../../src/session/index.ts'
import { createVisitor } from '../../kit/visitor.ts'
import { newKey } from './key.ts'

/**
 * Tests that a store loses nothing that several processes write at the same time, and stays exact when
 * calls fail.
 *
 * @param make - Makes a store of the same backend at each call, as each process does.
 */
export function loadContract(name: string, make: () => Store | Promise<Store>): void {
  describe(`${name} under load`, () => {
    it('keeps 200 increments that four processes make at the same time', async () => {
      const stores = await Promise.all(Array.from({ length: 4 }, make))
      const visitors = stores.map((store) => createVisitor<{ n: number }>({ store }))
      await visitors[0]?.visit((session) => session.set('n', 0))
      for (const visitor of visitors) visitor.token = visitors[0]?.token
      const increments = Array.from({ length: 200 }, (_, i) =>
        visitors[i % 4]?.visit((session) => session.update('n', (n = 0) => n + 1)),
      )
      await Promise.all(increments)
      expect(await visitors[3]?.visit((session) => session.get('n'))).toBe(200)
    })

    it('never refuses a swap and returns the value that it asked for', async () => {
      const stores = await Promise.all(Array.from({ length: 8 }, make))
      const key = newKey()
      await stores[0]?.swap(key, null, '0', 60)
      const stale = await Promise.all(
        stores.map(async (store) => {
          let [before, found] = [await store.get(key), 0]
          for (let i = 0; i < 50; i++) {
            const after = String((Number(before) + 1) % 2)
            const { swapped, kept } = await store.swap(key, before, after, 60)
            if (!swapped && kept === before) found++
            before = kept
          }
          return found
        }),
      )
      expect(stale).toEqual(stores.map(() => 0))
    })

    it('applies each swap once, though one call in five fails before or after it is applied', async () => {
      const stores = await Promise.all(Array.from({ length: 4 }, make))
      const key = newKey()
      let [known, unknown] = [0, 0]
      await Promise.all(
        stores.map(async (store, i) => {
          const flaky = failing(store, i)
          for (let n = 0; n < 25; n++) {
            const outcome = await increment(flaky, store, key)
            if (outcome === 'swapped') known++
            else unknown++
          }
        }),
      )
      const count = Number(await stores[0]?.get(key))
      expect(unknown).toBeGreaterThan(0)
      expect(count).toBeGreaterThanOrEqual(known)
      expect(count).toBeLessThanOrEqual(known + unknown)
    })
  })
}

/** Adds one, until a swap has succeeded or failed. */
async function increment(flaky: Store, store: Store, key: string): Promise<'swapped' | 'unknown'> {
  let before = await store.get(key)
  for (;;) {
    try {
      const { swapped, kept } = await flaky.swap(key, before, String(Number(before) + 1), 60)
      if (swapped) return 'swapped'
      before = kept
    } catch {
      return 'unknown'
    }
  }
}

/** A store of which every fifth swap fails: in turn before it is sent, and when it has been applied. */
function failing(store: Store, offset: number): Store {
  let calls = offset
  return {
    get: (key) => store.get(key),
    async swap(...given) {
      const call = ++calls
      if (call % 10 === 0) throw new Error('connection refused')
      const swap = await store.swap(...given)
      if (call % 10 === 5) throw new Error('connection lost')
      return swap
    },
  }
}
