import { maxCookieAge } from '../cookie/cookie.ts'
import type { Entries } from '../state/changes.ts'
import { stayKey } from '../state/reserved-keys.ts'
import type { Limits, Policy } from '../state/state.ts'

/** Seconds by which the clock of another server may be ahead. */
export const maxSkew = 60

/** Times of a session, in seconds since the epoch. */
interface Times {
  readonly renewed: number
  readonly created: number
}

/** The limits of a session: those of `remember()`, if it was called and is an option. */
export function limitsOf({ limits, remembered }: Policy, data: Entries): Limits {
  return remembered && data.get(stayKey) === true ? remembered : limits
}

/** Whether a session's time is up. */
export function isExpired({ timeout, lifetime }: Limits, times: Times, clock: number): boolean {
  if (timeout !== null && clock - times.renewed > timeout) return true
  return lifetime !== null && clock - times.created > lifetime
}

/** Whether a session that is only read is to be written again. */
export function isDue({ reissueTime }: Limits, { renewed }: Times, clock: number): boolean {
  return reissueTime !== null && Math.floor(clock) - renewed > reissueTime
}

/** When a session ends if nothing more happens, in seconds since the epoch; `null`: never. */
export function expiryOf(
  { timeout, lifetime }: Limits,
  { renewed, created }: Times,
): number | null {
  if (timeout === null && lifetime === null) return null
  return Math.min(
    renewed + (timeout ?? Number.POSITIVE_INFINITY),
    created + (lifetime ?? Number.POSITIVE_INFINITY),
  )
}

/** Seconds for which a store must keep a session that is written now. */
export function ttlOf(limits: Limits, times: Times): number {
  const expiry = expiryOf(limits, times) ?? Number.POSITIVE_INFINITY
  return Math.max(1, Math.min(expiry - times.renewed, maxCookieAge - 1) + 1)
}
