import type { Store } from '../store.ts'

/** Options of `memoryStore()`. */
export interface MemoryStoreOptions {
  /**
   * How many sessions are kept. One more, and the hundredth that was not used for longest is forgotten,
   * or one where there are fewer: its visitors begin new ones.
   * @default 10_000
   */
  readonly maxEntries?: number
}

interface Entry {
  readonly text: string
  /** Milliseconds since the epoch. */
  readonly expires: number
}

/**
 * Keeps sessions in the memory of this process, for development and tests: a restart forgets them,
 * and another process does not see them. On Workers that is any other request.
 *
 * What has expired is dropped when it is asked for or when room is needed, not by a timer.
 *
 * @throws {RangeError} When `maxEntries` is not a whole number of at least 1.
 *
 * @example
 * ```ts
 * app.use(session({ secret, store: memoryStore() }))
 * ```
 */
export function memoryStore({ maxEntries = 10_000 }: MemoryStoreOptions = {}): Store {
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 1) {
    throw new RangeError(`memoryStore(): maxEntries is ${maxEntries}: give a whole number from 1`)
  }
  const entries = new Map<string, Entry>()

  /** Finds what is kept, and makes it the most recently used: a map's last. */
  function touch(key: string): string | null {
    const entry = entries.get(key)
    entries.delete(key)
    if (!entry || entry.expires <= Date.now()) return null
    entries.set(key, entry)
    return entry.text
  }

  /** Forgets several at once: each look for a map's first passes all that were deleted before it. */
  function makeRoom(): void {
    const most = maxEntries - Math.floor(maxEntries / 100)
    for (const key of entries.keys()) {
      entries.delete(key)
      if (entries.size <= most) return
    }
  }

  return {
    async get(key) {
      return touch(key)
    },
    // Awaits nothing, so that nothing comes between the look and the change.
    async swap(key, before, after, ttl) {
      const kept = touch(key)
      if (kept !== before) return { swapped: false, kept }
      entries.delete(key)
      if (after !== null) entries.set(key, { text: after, expires: Date.now() + ttl * 1000 })
      if (entries.size > maxEntries) makeRoom()
      return { swapped: true, kept: after }
    },
  }
}
