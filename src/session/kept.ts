import { maxCookieAge } from './cookie.ts'
import { isTooDeep } from './json.ts'
import type { Config } from './options.ts'
import type { State } from './state.ts'

/** Seconds by which the clock of another server may be ahead. */
const maxSkew = 60

/** Characters that it takes to nest deeper than `set()` allows: a bracket to open and one to close. */
const shortestDeep = 2 * 64

/** A session as it is kept, in a cookie or in a store. */
export interface Kept {
  /** Pyramid's `[renewed, created, data]`, as JSON. */
  readonly payload: string
  readonly renewed: number
  readonly created: number
  readonly data: object
}

/** A session that a cookie led to. */
export interface Found extends Kept {
  /** What the cookie carries: the session's id in the store, or its payload. */
  readonly content: string
  /** Its key in the store; empty where the session is the cookie. */
  readonly key: string
  /** Whether the newest codec wrote the cookie. */
  readonly isCurrent: boolean
}

/** What a request's session comes to. */
export interface Ending {
  /** The session that came in, alive. */
  readonly kept: Found | null
  /** The session that came in, if its time is up or its data does not pass the schema. */
  readonly past: Found | null
  /** Its time is up, and it may be tidied away. */
  readonly isExpired: boolean
  /** Something is to be written. */
  readonly isChanged: boolean
  /** Nothing is, but the session's life is to be extended. */
  readonly isDue: boolean
}

/**
 * What becomes of the cookie: it carries the session from now on, it goes, or nothing is said; `'drop'`:
 * nothing, as another request has ended the session.
 */
export type Verdict = 'carry' | 'remove' | 'leave' | 'drop'

/** Makes the payload of a session as a request leaves it. */
export function payloadOf({ now, created, data }: State): string {
  return JSON.stringify([now, created, Object.fromEntries(data)])
}

/**
 * Takes a payload apart.
 *
 * @param clock - Seconds since the epoch, with their fraction.
 * @returns `null` when it is no session.
 */
export function parse(payload: string, clock: number): Kept | null {
  let parts: unknown
  try {
    parts = JSON.parse(payload)
  } catch {
    return null // ours by its signature or its place, but no JSON
  }
  if (!Array.isArray(parts) || parts.length !== 3) return null
  const renewed: unknown = parts[0]
  const created: unknown = parts[1]
  const data: unknown = parts[2]
  if (!isTime(renewed, clock) || !isTime(created, clock)) return null
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return null
  // Could not be written again. A short one has no room for it.
  if (payload.length > shortestDeep && isTooDeep(data)) return null
  return { payload, renewed, created, data }
}

function isTime(value: unknown, clock: number): value is number {
  return typeof value === 'number' && value >= 0 && value <= clock + maxSkew
}

/** Tells whether a session's time is up. */
export function isExpired(config: Config, { renewed, created }: Kept, clock: number): boolean {
  const { timeout, lifetime } = config
  if (timeout !== null && clock - renewed > timeout) return true
  return lifetime !== null && clock - created > lifetime
}

/** Tells for how many seconds a store must keep a session that is written now. */
export function ttlOf({ timeout, lifetime }: Config, now: number, created: number): number {
  const left = lifetime === null ? maxCookieAge : created + lifetime - now
  return Math.max(1, Math.min(timeout ?? maxCookieAge, left, maxCookieAge - 1) + 1)
}
