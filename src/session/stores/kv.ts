import { assertGiven, type Store, type Swap } from '../store.ts'

// https://developers.cloudflare.com/kv/api/write-key-value-pairs/#expiring-keys
const shortestTtl = 60

/** What `kvStore()` needs of a KV namespace. */
export interface KVBinding {
  /** Reads a value and when it expires. */
  getWithMetadata(key: string): Promise<{ value: string | null; metadata: unknown }>
  /** Writes a value. */
  put(
    key: string,
    value: string,
    options: { expirationTtl: number; metadata: { expires: number } },
  ): Promise<void>
  /** Deletes a value. */
  delete(key: string): Promise<void>
}

/**
 * Keeps sessions in Workers KV: cheap to read all over the world, and the one store that loses updates.
 *
 * - It has no atomic swap. Requests that write one session at the same time are all told that they
 *   won, and the last write stands. `swap` reads before it writes, which finds what was written earlier
 *   in the same place, and no more.
 * - It is eventually consistent. A change is seen at once where it was made, elsewhere after 60
 *   seconds or more, and that a key is missing is cached as long. So after a logout the old cookie may
 *   still be honored elsewhere for that time. `create` writes a new key without a read, so that nobody
 *   caches that it is missing.
 * - So it cannot list and end a user's sessions: `userSessions()` refuses it, and `revokeSessions()`
 *   takes as long to reach other places.
 * - A key accepts one write a second; KV refuses more with 429. The store does not retry: `session()`
 *   does, within its time limit, first after a second. So a flash message that is set before a redirect
 *   and shown after it waits for that second.
 *
 * Choose `durableObjectStore()` or `d1Store()` if that matters: for logins, carts, counters.
 *
 * Limits: keys of 512 bytes, values of 25 MiB. KV keeps a record for at least 60 seconds, so its end is
 * also in its metadata, which comes with the value: a shorter ttl is kept to the second, and a cached
 * record is not returned after its ttl.
 *
 * Costs: `get` is one read. `create` is one write. `swap` is one read, and one write or delete if it
 * replaces.
 *
 * @throws {TypeError} When there is no namespace.
 * @see https://developers.cloudflare.com/kv/concepts/how-kv-works/#consistency
 * @see https://developers.cloudflare.com/kv/platform/limits/
 *
 * @example
 * ```ts
 * app.use(session((c) => ({ secret: c.env.SESSION_SECRET, store: kvStore(c.env.SESSIONS_KV) })))
 * ```
 */
export function kvStore(kv: KVBinding): Store {
  assertGiven(kv, 'kvStore(): there is no KV namespace: bind one in wrangler.toml')

  async function get(key: string): Promise<string | null> {
    const { value, metadata } = await kv.getWithMetadata(key)
    return isExpired(metadata) ? null : value
  }

  async function create(key: string, value: string, ttl: number): Promise<Swap> {
    const expires = Math.ceil(Date.now() / 1000) + ttl
    const expirationTtl = Math.max(shortestTtl, ttl)
    await kv.put(key, value, { expirationTtl, metadata: { expires } })
    return { swapped: true, kept: value }
  }

  return {
    isEventual: true,
    get,
    create,
    async swap(key, before, after, ttl) {
      const kept = await get(key)
      if (kept !== before) return { swapped: false, kept }
      if (after !== null) return create(key, after, ttl)
      if (before !== null) await kv.delete(key)
      return { swapped: true, kept: null }
    },
  }
}

/** Whether a record has expired by its metadata. One without was put there by hand: KV expires it. */
function isExpired(metadata: unknown): boolean {
  if (typeof metadata !== 'object' || metadata === null || !('expires' in metadata)) return false
  return typeof metadata.expires === 'number' && metadata.expires * 1000 <= Date.now()
}
