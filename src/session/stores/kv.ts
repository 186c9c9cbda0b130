import type { Store } from '../store.ts'

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
 *   won, and the last one's session is kept. `swap` looks before it writes, which finds what was
 *   written earlier in the same place, and no more.
 * - It is eventually consistent. A change is seen at once where it was made, elsewhere after 60
 *   seconds or more; that a key is missing is remembered as long. So after a logout the old cookie
 *   may still be honoured elsewhere for that time.
 * - So it cannot list and end a user's sessions: `userSessions()` refuses it, and `revokeSessions()`
 *   takes as long to reach other places.
 * - One key takes one write a second; KV refuses more with 429, and the visitor gets a 503.
 *
 * Take `durableObjectStore()` or `d1Store()` where that matters: logins, carts, counters.
 *
 * Limits: keys of 512 bytes, values of 25 MiB. KV keeps entries for 60 seconds at least. An entry
 * carries its own end beside it, which costs no other read, so that a shorter ttl is kept to the
 * second, and what a cache still holds is not given out after its time.
 *
 * Costs: `get` is one read. `swap` is one read, and one write or delete if it replaces.
 *
 * @see https://developers.cloudflare.com/kv/concepts/how-kv-works/#consistency
 * @see https://developers.cloudflare.com/kv/platform/limits/
 *
 * @example
 * ```ts
 * app.use(session((c) => ({ secret: c.env.SESSION_SECRET, store: kvStore(c.env.SESSIONS_KV) })))
 * ```
 */
export function kvStore(kv: KVBinding): Store {
  async function get(key: string): Promise<string | null> {
    const { value, metadata } = await kv.getWithMetadata(key)
    return isOver(metadata) ? null : value
  }

  return {
    isEventual: true,
    get,
    async swap(key, before, after, ttl) {
      const kept = await get(key)
      if (kept !== before) return { swapped: false, kept }
      if (after !== null) {
        const expires = Math.ceil(Date.now() / 1000) + ttl
        const expirationTtl = Math.max(shortestTtl, ttl)
        await kv.put(key, after, { expirationTtl, metadata: { expires } })
      } else if (before !== null) {
        await kv.delete(key)
      }
      return { swapped: true, kept: after }
    },
  }
}

/** Tells whether an entry's own time is up. One without it was put there by hand: KV ends it. */
function isOver(metadata: unknown): boolean {
  if (typeof metadata !== 'object' || metadata === null || !('expires' in metadata)) return false
  return typeof metadata.expires === 'number' && metadata.expires * 1000 <= Date.now()
}
