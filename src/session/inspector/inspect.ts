import { findCookies } from '../cookie/cookie.ts'
import { isDue, limitsOf } from '../lifecycle/limits.ts'
import { type Session, stateOf } from '../session.ts'
import { isModified } from '../state/changes.ts'
import { csrfKey } from '../state/reserved-keys.ts'
import type { Protection, State } from '../state/state.ts'
import { type Cookie, nextCookie, sentCookie } from './cookie.ts'
import { type Kind, kindOf } from './kinds.ts'
import { hidden } from './parts.ts'

/** The value of a key, and how this request has changed it. */
export interface Row {
  readonly kind: Kind
  readonly label: string
  /** JSON, except for what must not be shown. */
  readonly value: string
  readonly change: 'same' | 'added' | 'removed'
}

/** The time left of a limit, in seconds. */
export interface Left {
  readonly left: number
  readonly limit: number
}

/** A session as a request found it and as its response leaves it. Times are seconds since the epoch. */
export interface Inspection {
  readonly cookieName: string
  /** Whether a store has the session, and the cookie only its id. */
  readonly hasStore: boolean
  readonly protection: Protection
  readonly now: number
  readonly created: number
  /** Whether it is bound to the visitor's device, if sessions can be. */
  readonly device: Session['device']
  /** Until the session ends without a visit; `null`: never. */
  readonly idle: Left | null
  /** Until it ends at the latest; `null`: never. */
  readonly absolute: Left | null
  /** `null`: none was sent, or it was not honored. */
  readonly sent: Cookie | null
  /** Whether a cookie was sent that was not honored. */
  readonly isRejected: boolean
  /** `null`: none is set, or only its codec knows what it will look like. */
  readonly set: Cookie | null
  /** Whether the session is written, to the cookie or to the store. */
  readonly isWritten: boolean
  readonly before: readonly Row[]
  readonly after: readonly Row[]
}

/** The JSON under each key of a session. */
type Snapshot = ReadonlyMap<string, string>

/**
 * Describes what a request found and what its response leaves. It changes nothing: call it when the handler
 * has done all that it does to the session.
 *
 * @param header - The request's `Cookie` header.
 */
export function inspect<Data extends object, Flash extends object>(
  session: Session<Data, Flash>,
  header = '',
): Inspection {
  const state = stateOf(session)
  const { policy, created, renewed, isNew } = state
  const now = Math.floor(Date.now() / 1000)
  const { timeout, lifetime } = limitsOf(policy, state.data)
  const isWritten = willBeWritten(state, now)
  const [token] = findCookies(header, `${policy.format.cookieName}=`)
  const before = found(state)
  return {
    ...policy.format,
    hasStore: policy.hasIds,
    now,
    created,
    device: session.device,
    idle: left(timeout, isWritten ? 0 : now - renewed),
    absolute: left(lifetime, now - created),
    sent: token === undefined || isNew ? null : sentCookie(policy, token),
    isRejected: isNew && token !== undefined,
    set: isWritten ? nextCookie(state, now) : null,
    isWritten,
    before: compare(before, before),
    after: compare(before, present(state)),
  }
}

function willBeWritten(state: State, now: number): boolean {
  if (state.forced || state.identity !== 'same' || isModified(state)) return true
  return !state.isNew && isDue(limitsOf(state.policy, state.data), state, now)
}

function present({ data }: State): Snapshot {
  return new Map([...data].map(([key, value]) => [key, JSON.stringify(value)]))
}

/** What the session held before this request changed it. */
function found(state: State): Snapshot {
  const snapshot = new Map(present(state))
  for (const [key, json] of state.before) {
    if (json === undefined) snapshot.delete(key)
    else snapshot.set(key, json)
  }
  return snapshot
}

function compare(before: Snapshot, after: Snapshot): Row[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const [old, current] = [before.get(key), after.get(key)]
    if (old === current) return row(key, old, 'same')
    return [...row(key, old, 'removed'), ...row(key, current, 'added')]
  })
}

function row(key: string, json: string | undefined, change: Row['change']): Row[] {
  if (json === undefined) return []
  return [{ ...kindOf(key), value: key === csrfKey ? hidden : json, change }]
}

function left(limit: number | null, passed: number): Left | null {
  return limit === null ? null : { left: Math.max(0, limit - passed), limit }
}
