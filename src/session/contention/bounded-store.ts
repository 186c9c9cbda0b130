import { SessionError, StoreError } from '../errors.ts'
import type { Store } from '../store.ts'
import { Budget } from './budget.ts'

/** A store as one request uses it: within its budget, and with every failure a `StoreError`. */
export interface BoundedStore extends Required<Store> {
  /** The store as it was given, by which its queue is found. */
  readonly origin: Store
  readonly budget: Budget
}

/** Binds a store to the budget of a request. */
export function boundedStore(store: Store, budget = new Budget()): BoundedStore {
  return {
    origin: store,
    budget,
    isEventual: store.isEventual === true,
    get: (key) => orStoreError(budget, () => store.get(key)),
    swap: (...given) => orStoreError(budget, () => store.swap(...given)),
    create: (key, text, ttl) =>
      orStoreError(budget, () =>
        store.create ? store.create(key, text, ttl) : store.swap(key, null, text, ttl),
      ),
  }
}

/** Whether a failure says that the store is overloaded, so that a repetition would make it worse. */
export function isOverloaded({ cause }: StoreError): boolean {
  return Object(cause).overloaded === true
}

/**
 * Whether a failure says that a write was refused, and so not applied: Workers KV accepts one write a
 * second for each key, and answers 429 to more.
 *
 * @see https://developers.cloudflare.com/kv/platform/limits/
 */
export function isRateLimited({ cause }: StoreError): boolean {
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
