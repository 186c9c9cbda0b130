import { SessionError, StoreError } from '../errors.ts'
import type { Store } from '../store.ts'
import { Budget } from './budget.ts'

/** Milliseconds between two writes of one key that Workers KV accepts. */
const writeInterval = 1000

/** A store as one request uses it: within its budget, and with every failure a `StoreError`. */
export interface BoundedStore extends Required<Store> {
  /** The store as it was given, by which its queue is found. */
  readonly origin: Store
  readonly budget: Budget
}

/** Binds a store to the budget of a request. */
export function boundedStore(store: Store, budget = new Budget()): BoundedStore {
  const write = <T>(call: () => Promise<T>) =>
    untilAccepted(budget, () => orStoreError(budget, call))
  return {
    origin: store,
    budget,
    isEventual: store.isEventual === true,
    get: (key) => orStoreError(budget, () => store.get(key)),
    swap: (...given) => write(() => store.swap(...given)),
    create: (key, text, ttl) =>
      write(() => store.create?.(key, text, ttl) ?? store.swap(key, null, text, ttl)),
  }
}

/** Whether a failure says that the store is overloaded, so that retrying would make it worse. */
export function isOverloaded({ cause }: StoreError): boolean {
  return Object(cause).overloaded === true
}

/**
 * Retries a write as long as it is refused, and so not applied: Workers KV accepts one write a second for
 * each key, and answers 429 to more.
 *
 * @throws {StoreError} The refusal, when no time is left.
 * @see https://developers.cloudflare.com/kv/platform/limits/
 */
async function untilAccepted<T>(budget: Budget, write: () => Promise<T>): Promise<T> {
  for (let refusals = 1; ; refusals++) {
    try {
      return await write()
    } catch (error) {
      // With growing jitter, so that competing requests spread over the intervals.
      const pause = writeInterval * (1 + (Math.random() * refusals) / 4)
      if (!isRateLimited(error)) throw error
      await budget.sleep(pause).catch(() => {
        throw error
      })
    }
  }
}

function isRateLimited(error: unknown): boolean {
  if (!(error instanceof StoreError)) return false
  const { cause } = error
  return cause instanceof Error && /\b429\b/.test(cause.message)
}

async function orStoreError<T>(budget: Budget, call: () => Promise<T>): Promise<T> {
  try {
    return await budget.spend(call)
  } catch (cause) {
    if (cause instanceof SessionError) throw cause
    throw new StoreError('session: the store failed', { cause })
  }
}
