import { StoreError } from './errors.ts'
import type { Store } from './store.ts'
import { inTurn, type Place, type Swapper } from './turns.ts'

const maxWait = 10_000 // milliseconds, in all
const maxGrowth = 2 // 16 units: who waits longer than the others starves

/**
 * Tries to change what is kept under a key until it succeeds, in turn with the other requests of this
 * process, at once and then with pauses.
 *
 * The first retry comes at once, since most races are between two. After every second failure comes a
 * random pause that grows by four in units of what the last try took: without pauses n processes cost
 * n² calls, and with a pause before every retry those who paused before starve.
 *
 * @param place - Where it stands in line: what ends a session need not wait for what changes it.
 * @param attempt - Answers `undefined` when it is to be tried again.
 * @throws {StoreError} When 10 seconds have been waited for the turn, or for the others after it.
 */
export function persist<T>(
  store: Store,
  key: string,
  place: Place,
  attempt: (swap: Swapper) => Promise<T | undefined>,
): Promise<T> {
  return inTurn(store, key, place, async (swap) => {
    let waited = 0
    for (let failures = 1; ; failures++) {
      const start = Date.now()
      const result = await attempt(swap)
      if (result !== undefined) return result
      if (failures % 2 === 1) continue
      if (waited >= maxWait) throw new StoreError('session: too many requests change this session')
      const unit = Math.max(1, Date.now() - start)
      const pause = Math.random() * unit * 4 ** Math.min(failures / 2, maxGrowth)
      waited += pause
      await new Promise((resolve) => setTimeout(resolve, Math.min(pause, maxWait)))
    }
  })
}
