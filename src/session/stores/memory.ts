import type { Store } from '../store.ts'

/** Options of `memoryStore()`. */
export interface MemoryStoreOptions {
  /**
   * How many records of each kind are kept: sessions, users' lists, revocations. If one more is
   * written, the least recently used 1 % are evicted, at least one: their visitors begin new sessions.
   * @default 10_000
   */
  readonly maxEntries?: number
}

interface Entry {
  readonly text: string
  /** Milliseconds since the epoch. */
  readonly expires: number
}

/** In the order in which they were last used. */
type Entries = Map<string, Entry>

/**
 * Keeps sessions in the memory of this process, for development and tests: a restart loses them, and
 * another process does not see them. On Workers that is any other request.
 *
 * What stands before a key's first colon is its kind. Each kind has room of its own, so that a flood of
 * new sessions evicts no user's list and no revocation. Expired records go when they are looked up or
 * when room is needed, not by a timer.
 *
 * @throws {RangeError} When `maxEntries` is not a whole number of at least 1.
 *
 * @example
 * ```ts
 * app.use(session({ secret, store: memoryStore() }))
 * ```
 */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  const { maxEntries = 10_000 } = options
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 1) {
    throw new RangeError(`memoryStore(): maxEntries is ${maxEntries}: give a whole number from 1`)
  }
  const kinds = new Map<string, Entries>()

  function entriesLike(key: string): Entries {
    const kind = key.slice(0, key.indexOf(':') + 1)
    const entries = kinds.get(kind) ?? new Map()
    kinds.set(kind, entries)
    return entries
  }

  /** Evicts several at once, since a search for the first of a map passes all that were deleted. */
  function makeRoom(entries: Entries): void {
    const most = maxEntries - Math.floor(maxEntries / 100)
    for (const key of entries.keys()) {
      entries.delete(key)
      if (entries.size <= most) return
    }
  }

  return {
    async get(key) {
      return touch(entriesLike(key), key)
    },
    // Awaits nothing, so that nothing runs between the comparison and the write.
    async swap(key, before, after, ttl) {
      const entries = entriesLike(key)
      const kept = touch(entries, key)
      if (kept !== before) return { swapped: false, kept }
      entries.delete(key)
      if (after !== null) entries.set(key, { text: after, expires: Date.now() + ttl * 1000 })
      if (entries.size > maxEntries) makeRoom(entries)
      return { swapped: true, kept: after }
    },
  }
}

/** Reads a value, and makes its entry the most recently used: the last of the map. */
function touch(entries: Entries, key: string): string | null {
  const entry = entries.get(key)
  entries.delete(key)
  if (!entry || entry.expires <= Date.now()) return null
  entries.set(key, entry)
  return entry.text
}
