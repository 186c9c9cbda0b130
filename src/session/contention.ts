import { StoreError } from './errors.ts'

const maxWait = 10_000 // milliseconds, in all
const maxGrowth = 4 // 256 units: who waits longer than the others starves

/**
 * Tries until it succeeds, at once and then with pauses.
 *
 * The first retry comes at once, since most races are between two. After every second failure comes a
 * random pause that grows by four in units of what the last try took: without pauses n contenders cost
 * n² calls, and with a pause before every retry those who paused before starve.
 *
 * @param attempt - Answers `undefined` when it is to be tried again.
 * @throws {StoreError} When 10 seconds have been waited.
 */
export async function persist<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  let waited = 0
  for (let failures = 1; ; failures++) {
    const start = Date.now()
    const result = await attempt()
    if (result !== undefined) return result
    if (failures % 2 === 1) continue
    if (waited >= maxWait) throw new StoreError('session: too many requests change this session')
    const unit = Math.max(1, Date.now() - start)
    const pause = Math.random() * unit * 4 ** Math.min(failures / 2, maxGrowth)
    waited += pause
    await new Promise((resolve) => setTimeout(resolve, Math.min(pause, maxWait)))
  }
}
