import { assertGiven, type Store, type Swap } from '../store.ts'

/** What `durableObjectStore()` needs of a binding: a `DurableObjectNamespace<SessionObject>` has it. */
export interface SessionNamespace {
  /** Finds the object of this name. */
  getByName(name: string): {
    get(): Promise<string | null>
    swap(before: string | null, after: string | null, ttl: number, attempt: string): Promise<Swap>
  }
}

/**
 * Keeps each record in its own Durable Object: strongly consistent wherever a request comes from,
 * and no record waits for another.
 *
 * Each call is one request to the object. A swap writes one row, and one more if the alarm that deletes
 * the record must be set: for a new record, and when a ttl becomes shorter. A value may have 2 MB, which
 * is two million characters of Latin-1 or one million of others.
 *
 * After an error that is `retryable` and not `overloaded`, as when an object restarts, a call is
 * repeated at most twice, with back-off. Each swap carries a random attempt id that its repeats carry
 * too, and the object knows those that it has applied, the last eight also after a restart. So a swap
 * whose answer was lost is applied once, even if two requests write the same value.
 *
 * @param namespace - The binding; `env.SESSIONS.jurisdiction('eu')` keeps the data where it says.
 * @throws {TypeError} When there is no binding.
 * @see https://developers.cloudflare.com/durable-objects/best-practices/error-handling/
 *
 * @example
 * ```ts
 * export { SessionObject } from 'edge-session/stores/durable-object'
 *
 * app.use(session((c) => ({ secret: c.env.SESSION_SECRET, store: durableObjectStore(c.env.SESSIONS) })))
 * ```
 */
export function durableObjectStore(namespace: SessionNamespace): Store {
  assertGiven(namespace, 'durableObjectStore(): there is no namespace: bind one in wrangler.toml')
  // A stub that has thrown may be broken, so each call takes a new one.
  return {
    get: (key) => withRetries(() => namespace.getByName(key).get()),
    swap(key, before, after, ttl) {
      const attempt = crypto.randomUUID()
      return withRetries(async () => {
        const stub = namespace.getByName(key)
        const { swapped, kept } = await stub.swap(before, after, ttl, attempt)
        return { swapped, kept }
      })
    },
  }
}

async function withRetries<T>(call: () => Promise<T>): Promise<T> {
  for (let retries = 0; ; retries++) {
    try {
      return await call()
    } catch (error) {
      if (retries === 2 || !isRetryable(error)) throw error
      await sleepWithJitter(100 * 2 ** retries)
    }
  }
}

function isRetryable(error: unknown): boolean {
  const { retryable, overloaded } = Object(error) as { retryable?: unknown; overloaded?: unknown }
  return retryable === true && overloaded !== true
}

/** Sleeps for half of the time or more, so that simultaneous failures do not retry in step. */
function sleepWithJitter(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds * (0.5 + Math.random() / 2)))
}
