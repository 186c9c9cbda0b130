import { assertGiven, type Store, type Swap, ValueTooLargeError } from '../store.ts'

// Deno serializes the value with its end into at most 65,536 bytes, of which 20 to 30 are not the value's.
const limit = 65_500

/** What `denoKvStore()` needs of a `Deno.Kv`. */
export interface DenoKv {
  /** Reads an entry. */
  get(key: readonly string[]): Promise<DenoKvEntry>
  /** Begins a change that is made whole or not at all. */
  atomic(): DenoKvAtomic
}

/** What is asked of an entry of Deno KV. */
export interface DenoKvEntry {
  /** What was set; `null` if there is none. */
  readonly value: unknown
  /** Another one at each write; `null` if there is no entry. */
  readonly versionstamp: string | null
}

/** What is asked of a `Deno.AtomicOperation`. */
export interface DenoKvAtomic {
  /** Lets the change fail unless the entry still has this versionstamp. */
  check(entry: { key: readonly string[]; versionstamp: string | null }): DenoKvAtomic
  /** Writes an entry. */
  set(key: readonly string[], value: unknown, options: { expireIn: number }): DenoKvAtomic
  /** Deletes an entry. */
  delete(key: readonly string[]): DenoKvAtomic
  /** Makes the change, and says whether it did. */
  commit(): Promise<{ ok: boolean }>
}

/**
 * Keeps sessions in Deno KV, under keys such as `['sessions', 'session:…']`. No update is lost.
 *
 * Limits: a value of 65,500 bytes, that is so many characters of Latin-1, or half as many if one of
 * them is another. A larger session is a `CookieTooLargeError` that names its largest keys.
 *
 * Costs: `get` is one read. `create` is one write. `swap` is one read, and one write if it replaces.
 * Deno may delete an expired entry late, so its end is stored with it.
 *
 * A database in a local file is for one process: with several, calls fail with "database is locked". No
 * update is lost by that.
 *
 * @param kv - From `await Deno.openKv()`.
 * @throws {TypeError} When there is none.
 * @see https://docs.deno.com/api/deno/~/Deno.Kv
 *
 * @example
 * ```ts
 * app.use(session({ secret, store: denoKvStore(await Deno.openKv()) }))
 * ```
 */
export function denoKvStore(kv: DenoKv): Store {
  assertGiven(kv, 'denoKvStore(): there is no Deno.Kv: give what Deno.openKv() resolves to')

  async function read(name: string) {
    const key = ['sessions', name]
    const { value, versionstamp } = await kv.get(key)
    const [text, expires] = (value ?? ['', 0]) as [text: string, expires: number]
    return { kept: expires > Date.now() ? text : null, entry: { key, versionstamp } }
  }

  /** @returns Whether the entry was still the same. */
  async function write(entry: Entry, after: string | null, ttl: number): Promise<boolean> {
    const expireIn = ttl * 1000
    const unchanged = kv.atomic().check(entry)
    const change =
      after === null
        ? unchanged.delete(entry.key)
        : unchanged.set(entry.key, [checked(after), Date.now() + expireIn], { expireIn })
    return (await change.commit()).ok
  }

  async function swap(...[name, before, after, ttl]: Parameters<Store['swap']>): Promise<Swap> {
    for (;;) {
      const { kept, entry } = await read(name)
      const isRefused = kept !== before
      if (isRefused || (after === null && before === null)) return { swapped: !isRefused, kept }
      if (await write(entry, after, ttl)) return { swapped: true, kept: after }
    }
  }

  return {
    get: async (name) => (await read(name)).kept,
    swap,
    async create(name, value, ttl) {
      const isNew = await write({ key: ['sessions', name], versionstamp: null }, value, ttl)
      return isNew ? { swapped: true, kept: value } : swap(name, null, value, ttl)
    },
  }
}

type Entry = Parameters<DenoKvAtomic['check']>[0]

/** @throws {ValueTooLargeError} */
function checked(value: string): string {
  // A string with a character beyond Latin-1 takes two bytes for each.
  const size = /[\u0100-\uffff]/.test(value) ? value.length * 2 : value.length
  if (size > limit) throw new ValueTooLargeError(size, limit)
  return value
}
