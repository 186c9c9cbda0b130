import { StoreError } from '../errors.ts'
import type { Emit } from '../events.ts'
import type { BoundedStore } from './bounded-store.ts'
import { OutOfTimeError } from './budget.ts'
import { type Place, queueOf, type SwapKey } from './queue.ts'

/** The longest back-off, in units: a request that waits longer than the others starves. */
const maxBackOff = 16

/** A key that is to be changed. */
export interface Target {
  readonly store: BoundedStore
  readonly key: string
  /** `'next'`: a request that ends a session need not wait for those that change it. */
  readonly place: Place
  /** Receives the conflicts. */
  readonly emit?: Emit
}

/**
 * Tries to change a key until it succeeds: in turn with the other requests of this process, and with
 * back-off against other processes.
 *
 * @param attempt - Returns `undefined` when it is to be called again, after a conflict. The `swap` that
 * it is given may answer from what this process wrote last: a conflict may be one that is over.
 * @throws {StoreError} When the budget is spent.
 */
export async function untilSwapped<T>(
  target: Target,
  attempt: (swap: SwapKey) => Promise<T | undefined>,
): Promise<T> {
  const { store, key, place } = target
  const queue = queueOf(store.origin)
  const work = (swap: SwapKey) => retry(target, () => attempt(swap))
  try {
    if (!queue) return await work((...given) => store.swap(key, ...given))
    return await queue.run({ store, key, place, budget: store.budget }, work)
  } catch (cause) {
    if (!(cause instanceof OutOfTimeError)) throw cause
    throw new StoreError('session: too many requests change this session', { cause })
  }
}

async function retry<T>(
  { store, emit }: Target,
  attempt: () => Promise<T | undefined>,
): Promise<T> {
  for (let conflicts = 0; ; ) {
    const start = Date.now()
    const result = await attempt()
    if (result !== undefined) {
      if (conflicts > 0) emit?.({ type: 'conflict', attempts: conflicts + 1 })
      return result
    }
    conflicts++
    const pause = backOff(conflicts, Date.now() - start)
    if (pause > 0) await store.budget.sleep(pause)
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
