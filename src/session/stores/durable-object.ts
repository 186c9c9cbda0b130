// Deno and JSR check this file without Workers' types; the compiler of a Worker ignores the comment.
// @ts-types="./workers-types.d.ts"
import { DurableObject } from 'cloudflare:workers'
import type { Swap } from '../store.ts'

export { durableObjectStore, type SessionNamespace } from './durable-object-client.ts'

// A repeat follows within a second, in which an object serves about as many requests:
// https://developers.cloudflare.com/durable-objects/platform/limits/
const attemptsInMemory = 1000
// A restart interrupts all callers, so that few swaps come between one and its repeat.
const attemptsInStorage = 8

/** The record of an object. */
interface Entry {
  readonly text: string
  /** Milliseconds since the epoch. */
  readonly expires: number
  /** Ids of the last attempts that swapped, the newest last. Records of version 0.1 have none. */
  readonly attempts?: readonly string[]
}

/**
 * Keeps one record until it expires, and then leaves no storage behind. It may be evicted or restarted
 * at any time.
 *
 * The Worker's main module must export the class, and a migration must list it among its
 * `new_sqlite_classes`.
 */
export class SessionObject extends DurableObject {
  /** Ids of the attempts that swapped, the newest last. */
  #attempts: readonly string[] | undefined

  /** Reads the value, or `null`. */
  get(): string | null {
    return this.#entry()?.text ?? null
  }

  /**
   * Swaps as `Store` says. Nothing else runs between the comparison and the write.
   *
   * @param attempt - The id that this swap has in common with its repeats. One that was applied before
   * is not applied again.
   */
  async swap(
    before: string | null,
    after: string | null,
    ttl: number,
    attempt?: string,
  ): Promise<Swap> {
    const entry = this.#entry()
    this.#attempts ??= entry?.attempts ?? []
    if (attempt && this.#attempts.includes(attempt)) return { swapped: true, kept: after }
    const kept = entry?.text ?? null
    if (kept !== before) return { swapped: false, kept }
    const attempts = attempt
      ? [...this.#attempts, attempt].slice(-attemptsInMemory)
      : this.#attempts
    const expires = Date.now() + ttl * 1000
    if (after !== null) {
      const stored = attempts.slice(-attemptsInStorage)
      this.ctx.storage.kv.put('entry', { text: after, expires, attempts: stored } satisfies Entry)
    }
    this.#attempts = attempts
    await (after === null ? this.#delete() : this.#alarmAt(expires))
    return { swapped: true, kept: after }
  }

  /** Deletes the record once it has expired. If its ttl was extended, sets the next alarm. */
  override async alarm(): Promise<void> {
    const entry = this.#entry()
    if (entry) await this.ctx.storage.setAlarm(entry.expires)
    else await this.#delete()
  }

  #entry(): Entry | undefined {
    const entry = this.ctx.storage.kv.get<Entry>('entry')
    return entry && Date.now() < entry.expires ? entry : undefined
  }

  /** An alarm that comes too early sets the next one: setting it costs as much as writing a record. */
  async #alarmAt(expires: number): Promise<void> {
    const alarm = await this.ctx.storage.getAlarm()
    if (alarm === null || alarm > expires) await this.ctx.storage.setAlarm(expires)
  }

  /** Starts both at once, so that what another call writes meanwhile is not deleted as well. */
  async #delete(): Promise<void> {
    // Before the compatibility date 2026-02-24, deleteAll() leaves the alarm.
    await Promise.all([this.ctx.storage.deleteAlarm(), this.ctx.storage.deleteAll()])
  }
}
