import type { Budget } from '../contention/budget.ts'
import type { Emit } from '../events.ts'
import type { RejectReason } from '../options/reject-reason.ts'
import type { State } from '../state/state.ts'
import type { Payload } from './payload.ts'
import type { Tombstone } from './tombstone.ts'

/** What a cookie carries: the session's payload, or its id in the store. */
export interface Carried {
  readonly content: string
  /** Whether the newest codec with the newest secret wrote it. */
  readonly isCurrent: boolean
}

/** A session that a cookie led to. */
export interface Found extends Payload {
  readonly cookie: Carried
  /** The payload as it was found. */
  readonly text: string
}

/** What a request's cookie leads to. */
export type Incoming =
  | { readonly kind: 'none' }
  | { readonly kind: 'live'; readonly found: Found }
  | {
      readonly kind: 'rejected'
      readonly reason: RejectReason
      /** The session, if its time is up or its data do not pass the schema. */
      readonly found?: Found
      /** What is left of a session that ended more than a moment ago. */
      readonly tombstone?: Tombstone
    }
  /** Another request ended the session a moment ago. */
  | { readonly kind: 'ended'; readonly tombstone: Tombstone }

/** What a request does to its session: nothing, extend its life, or write it. */
export type Change = 'none' | 'renew' | 'write'

/** What the response does to the cookie: leave it, delete it, or set it to a token. */
export type CookieAction = 'keep' | 'delete' | { readonly token: string }

/** One request, as far as its session is concerned. */
export interface Visit {
  /** When the session was opened, in seconds since the epoch, with their fraction. */
  readonly clock: number
  /** The time that the request may wait for stores. */
  readonly budget: Budget
  readonly emit: Emit
}

/** How a request ends. */
export interface Ending {
  readonly incoming: Incoming
  readonly state: State
  readonly change: Change
  /** Whether an expired session is left as it is, since the request was refused. */
  readonly isRefused: boolean
  /** Reads the contents of those cookies that verify: the ids that an `invalidate()` ends. */
  readonly contents: () => Promise<string[]>
}

/** What a verified cookie leads to. */
export type Lookup =
  | { readonly text: string }
  | { readonly tombstone: Tombstone }
  | { readonly reason: 'malformed' | 'unknown' }

/** Where sessions live: in the cookie, or in a store. */
export interface Engine {
  /** Finds the payload that the content of a cookie leads to. */
  find(content: string, visit: Visit): Promise<Lookup>
  /**
   * Writes the session as the request leaves it.
   *
   * @throws {CookieTooLargeError} When browsers would not keep the cookie, or the store its record.
   * @throws {StoreError} When the store failed.
   */
  write(ending: Ending, visit: Visit): Promise<CookieAction>
  /** Whether a write can do without a cookie, since the browser has one that leads to the record. */
  writesWithoutCookie(ending: Ending): boolean
}

/** The session that came in, if it could be read: live, or no longer honored. */
export function foundIn(incoming: Incoming): Found | undefined {
  return incoming.kind === 'live' || incoming.kind === 'rejected' ? incoming.found : undefined
}

/** Whether the time of the session that came in is up. */
export function isTimedOut(incoming: Incoming): boolean {
  return incoming.kind === 'rejected' && incoming.reason === 'expired'
}

/** Why a cookie was not honored, if one came that was not. */
export function rejectReasonOf(incoming: Incoming): RejectReason | undefined {
  if (incoming.kind === 'ended') return 'unknown'
  return incoming.kind === 'rejected' ? incoming.reason : undefined
}

/** Whether a session has something to keep. */
export function hasContent({ data, forced }: State): boolean {
  return data.size > 0 || forced
}

/**
 * Whether a session is kept: with content, or if it continues one that was kept without, by `changed()`.
 * One that became empty is not, except in a store, where it stays until its time is up.
 */
export function isKept({ incoming, state }: Pick<Ending, 'incoming' | 'state'>): boolean {
  if (hasContent(state)) return true
  if (incoming.kind !== 'live' || state.identity === 'invalidated') return false
  return state.policy.hasIds || incoming.found.data.size === 0
}

/** Reports what happened to a session that was written. */
export function report(ending: Ending, { emit }: Visit): void {
  const { incoming, state, change } = ending
  if (change === 'renew') emit({ type: 'renewed' })
  if (change !== 'write') return
  const { identity } = state
  if (identity === 'invalidated' && incoming.kind !== 'none') emit({ type: 'invalidated' })
  if (!isKept(ending)) return
  if (identity === 'invalidated' || incoming.kind !== 'live') emit({ type: 'created' })
  else if (identity === 'regenerated') emit({ type: 'regenerated' })
}
