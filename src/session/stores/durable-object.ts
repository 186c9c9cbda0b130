// Deno and JSR check this file without Workers' types; the compiler of a Worker ignores the comment.
// @ts-types="./workers-types.d.ts"
import { DurableObject } from 'cloudflare:workers'
import type { Store, Swap } from '../store.ts'

/** What an object keeps. */
interface Entry {
  readonly text: string
  /** Milliseconds since the epoch. */
  readonly expires: number
}

/** What `durableObjectStore()` needs of a binding: a `DurableObjectNamespace<SessionObject>` has it. */
export interface SessionNamespace {
  /** Finds the object of this name. */
  getByName(name: string): {
    get(): Promise<string | null>
    swap(before: string | null, after: string | null, ttl: number): Promise<Swap>
  }
}

/**
 * Keeps each entry in a Durable Object of its own: strongly consistent wherever a request comes from,
 * and no entry waits for another.
 *
 * Each call is one request to the object. A swap writes one row, and one more where the alarm that
 * clears the entry away must be set: for a new one, and when its time becomes shorter. A text may take
 * 2 MB, which is two million characters of Latin-1 or one million of others.
 *
 * A `get` that failed with a `retryable` error that is not `overloaded` is tried again, twice at most.
 * A `swap` is not: it may have been applied, and nothing in what is kept then can tell whose it was,
 * as two requests that add one to the same number write the same text. The runtime itself repeats
 * calls that did not reach the object.
 *
 * @param namespace - The binding; `env.SESSIONS.jurisdiction('eu')` keeps the data where it says.
 * @see https://developers.cloudflare.com/durable-objects/best-practices/error-handling/
 * @see https://developers.cloudflare.com/durable-objects/best-practices/automatic-retries/
 *
 * @example
 * ```ts
 * export { SessionObject } from './session/stores/durable-object.ts'
 *
 * app.use(session((c) => ({ secret: c.env.SESSION_SECRET, store: durableObjectStore(c.env.SESSIONS) })))
 * ```
 */
export function durableObjectStore(namespace: SessionNamespace): Store {
  return {
    async get(key) {
      for (let retries = 0; ; retries++) {
        try {
          // A stub that has thrown may be broken: each attempt takes a new one.
          return await namespace.getByName(key).get()
        } catch (error) {
          if (retries === 2 || !isRetryable(error)) throw error
          await pause(100 * 2 ** retries)
        }
      }
    },
    async swap(key, before, after, ttl) {
      const { swapped, kept } = await namespace.getByName(key).swap(before, after, ttl)
      return { swapped, kept }
    },
  }
}

/**
 * Keeps one text until its time is up, and then leaves no storage behind. It has no state but its
 * storage, so that it may be evicted or restarted at any time.
 *
 * Its class must be exported by the Worker's main module and be among the `new_sqlite_classes` of a
 * migration.
 */
export class SessionObject extends DurableObject {
  /**
   * Reads the entry.
   *
   * @returns What is kept, or `null`.
   */
  get(): string | null {
    const entry = this.ctx.storage.kv.get<Entry>('entry')
    return entry && Date.now() < entry.expires ? entry.text : null
  }

  /** Does what `Store` says of `swap`. From the comparison to the write nothing else runs. */
  async swap(before: string | null, after: string | null, ttl: number): Promise<Swap> {
    const kept = this.get()
    if (kept !== before) return { swapped: false, kept }
    if (after === null) await this.#clear()
    else await this.#keep({ text: after, expires: Date.now() + ttl * 1000 })
    return { swapped: true, kept: after }
  }

  /** Clears the entry away when its time is up. Where it was given more time since, waits for that. */
  override async alarm(): Promise<void> {
    const entry = this.ctx.storage.kv.get<Entry>('entry')
    if (entry && Date.now() < entry.expires) await this.ctx.storage.setAlarm(entry.expires)
    else await this.#clear()
  }

  async #keep(entry: Entry): Promise<void> {
    const { storage } = this.ctx
    storage.kv.put('entry', entry)
    // An alarm that comes too early sets the next one. To set one costs as much as to write the entry.
    const alarm = await storage.getAlarm()
    if (alarm === null || alarm > entry.expires) await storage.setAlarm(entry.expires)
  }

  /** Begins both at once: what another call keeps in the meantime is not cleared away with the rest. */
  async #clear(): Promise<void> {
    // Before the compatibility date 2026-02-24, deleteAll() leaves the alarm.
    await Promise.all([this.ctx.storage.deleteAlarm(), this.ctx.storage.deleteAll()])
  }
}

function isRetryable(error: unknown): boolean {
  const { retryable, overloaded } = Object(error) as { retryable?: unknown; overloaded?: unknown }
  return retryable === true && overloaded !== true
}

/** Waits for between half of the time and all of it, so that those who failed together part. */
function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds * (0.5 + Math.random() / 2)))
}
