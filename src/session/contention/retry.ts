import { StoreError } from '../errors.ts'
import type { Emit } from '../events.ts'
import { type BoundedStore, isRateLimited } from './bounded-store.ts'
import { type Place, queueOf, type SwapKey } from './queue.ts'

/** The longest back-off, in units: a request that waits longer than the others starves. */
const maxBackOff = 16

/** Milliseconds between two writes of a key that Workers KV accepts. */
const writeInterval = 1000

/** A key that is to be changed. */
export interface Target {
  readonly store: BoundedStore
  readonly key: string
  /** `'next'`: what ends a session need not wait for what changes it. */
  readonly place: Place
  /** Receives the conflicts. */
  readonly emit?: Emit
}

/**
 * Tries to change a key until it succeeds: in turn with the other requests of this process, and with
 * back-off against other processes.
 *
 * @param attempt - Returns `undefined` when it is to be called again, after a conflict.
 * @throws {StoreError} When the budget is spent.
 */
export function untilSwapped<T>(
  target: Target,
  attempt: (swap: SwapKey) => Promise<T | undefined>,
): Promise<T> {
  const { store, key, place } = target
  const queue = queueOf(store.origin)
  const work = (swap: SwapKey) => retry(target, () => attempt(swap))
  if (!queue) return work((...given) => store.swap(key, ...given))
  const job = { store, key, place, budget: store.budget }
  return orTooBusy(store, () => queue.run(job, work))
}

async function retry<T>(target: Target, attempt: () => Promise<T | undefined>): Promise<T> {
  const { store, emit } = target
  let refusals = 0
  for (let conflicts = 0; ; ) {
    const start = Date.now()
    try {
      const result = await attempt()
      if (result !== undefined) {
        if (conflicts > 0) emit?.({ type: 'conflict', attempts: conflicts + 1 })
        return result
      }
      conflicts++
      const pause = backOff(conflicts, Date.now() - start)
      if (pause > 0) await orTooBusy(store, () => store.budget.sleep(pause))
    } catch (error) {
      if (!(error instanceof StoreError && isRateLimited(error))) throw error
      // Nothing was written, so the whole attempt can be repeated.
      const pause = writeInterval * (2 ** refusals++ + Math.random() / 4)
      if (pause > store.budget.left) throw error
      await store.budget.sleep(pause)
    }
  }
}

/**
 * Milliseconds to wait after a conflict, with jitter so that simultaneous failures do not retry in
 * step.
 *
 * The first retry is immediate, since most races are between two, and so is every second one after
 * it: with a pause before every retry those who wait starve, and without any, n processes make n²
 * calls. The back-off grows by four, in units of what the last attempt took.
 */
function backOff(conflicts: number, lastAttempt: number): number {
  if (conflicts % 2 === 1) return 0
  return Math.random() * Math.max(1, lastAttempt) * Math.min(4 ** (conflicts / 2), maxBackOff)
}

/** Says what the wait was for, if the budget is spent. */
async function orTooBusy<T>({ budget }: BoundedStore, wait: () => Promise<T>): Promise<T> {
  try {
    return await wait()
  } catch (cause) {
    if (cause instanceof StoreError || budget.left > 0) throw cause
    throw new StoreError('session: too many requests change this session', { cause })
  }
}
