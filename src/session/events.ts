import type { StoreError } from './errors.ts'
import { oneLine } from './errors.ts'

/**
 * What happened to a session, for the option `onEvent`. It never holds an id, a token, a secret or a
 * payload.
 *
 * - `'created'`: a new session was written
 * - `'renewed'`: a session that was only read was written again, to extend its life
 * - `'regenerated'`: it continues under a new id
 * - `'invalidated'`: it ended
 * - `'conflict'`: another request was first, and the changes were replayed; kept after `attempts` in all
 * - `'dropped'`: the changes of this request were not kept: another request had `'ended'` the session,
 *   or it came from `'elsewhere'` than the device that the session is bound to
 * - `'store-error'`: the store failed, and whether the request `failed` with it
 * - `'flash-dropped'`: `count` unread messages of a `queue` made room
 */
export type SessionEvent =
  | { readonly type: 'created' | 'renewed' | 'regenerated' | 'invalidated' }
  | { readonly type: 'conflict'; readonly attempts: number }
  | { readonly type: 'dropped'; readonly why: 'ended' | 'elsewhere' }
  | { readonly type: 'store-error'; readonly error: Error; readonly failed: boolean }
  | { readonly type: 'flash-dropped'; readonly queue: string; readonly count: number }

/** Receives the events of a request. */
export type Emit = (event: SessionEvent) => void

/** Logs a store's failure in one line: clients put payloads on their error objects. */
export function logStoreError(event: SessionEvent): void {
  if (event.type === 'store-error') console.error(describe(event.error))
}

/** An error in one line: its name and message and those of its causes, nothing else. */
function describe(error: StoreError | Error): string {
  const lines: string[] = []
  for (let each: unknown = error; each instanceof Error && lines.length < 4; each = each.cause) {
    lines.push(`${each.name}: ${withoutRecord(each.message)}`)
  }
  return oneLine(lines.join(' – caused by '))
}

/**
 * Cuts a message off before the record of a session or a tombstone: the client of Upstash's Redis, for
 * one, quotes the command that failed.
 *
 * @see https://github.com/upstash/redis-js/blob/main/pkg/http.ts
 */
function withoutRecord(message: string): string {
  const at = message.search(/\[\d[\d.]*,\s*\d[\d.]*,\s*\{|\{\\*"at\\*":/)
  return at < 0 ? message : `${message.slice(0, at)}…`
}
