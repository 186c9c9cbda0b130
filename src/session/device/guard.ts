import type { Context } from 'hono'
import type { SessionCookieOptions } from '../cookie/cookie-options.ts'
import type { Incoming } from '../lifecycle/engine.ts'
import type { Config } from '../options/config.ts'
import type { Entries } from '../state/changes.ts'
import type { State } from '../state/state.ts'

/** What a binding to devices is made of: the option `device`. */
export interface DeviceBinding {
  /** Seconds after which the browser proves again that it has the key. */
  readonly ttl: number
  /** Where `session()` answers the browser. */
  readonly path: string
  /** @internal */
  guard(options: GuardedOptions, cookieName: string): DeviceGuard
}

/**
 * The options of a session that its binding needs.
 *
 * @internal
 */
export interface GuardedOptions {
  readonly device?: DeviceBinding
  readonly secret?: unknown
  readonly cookie?: SessionCookieOptions
  readonly as?: string
}

/**
 * A session as a request found it, and as it leaves it.
 *
 * @internal
 */
export interface GuardedSession {
  readonly incoming: Incoming
  readonly state: State
}

/**
 * What the life cycle needs from the binding to devices.
 *
 * @internal
 */
export interface DeviceGuard {
  /** Answers a registration or a refresh; `undefined` if the request is neither. */
  answer(c: Context, config: Config): Promise<Response> | undefined
  /**
   * Checks that a session comes from the device that it is bound to.
   *
   * @returns A string if it comes from elsewhere: the CSRF token of such requests. A list if another
   * response has overwritten the key: what the session is to keep. Else `null`.
   */
  check(data: Entries, header: string, clock: number): Promise<readonly unknown[] | string | null>
  /** Whether a session is bound. */
  stateOf(data: Entries): 'bound' | 'unbound'
  /** Prepares a session with a new identity for its binding. */
  prepare(state: State): void
  /**
   * Completes a response: it invites the browser to bind a new identity, or ends its bound cookie.
   *
   * @param line - The session's `Set-Cookie` line, if it has one.
   */
  complete(c: Context, loaded: GuardedSession, line: string | null): Promise<void>
}
