import type { Context } from 'hono'
import type { Codec } from '../codecs/codec.ts'
import type { SessionCookie } from '../cookie/cookie-options.ts'
import type { SessionEvent } from '../events.ts'
import type { Engine, Incoming } from '../lifecycle/engine.ts'
import type { Entries } from '../state/changes.ts'
import type { Policy, State } from '../state/state.ts'
import type { Store } from '../store.ts'
import type { RejectReason } from './reject-reason.ts'
import type { StandardSchemaV1 } from './standard-schema.ts'

/** The options of a session, checked and complete. */
export interface Config {
  /** Newest first: the first encodes, all decode. */
  readonly codecs: readonly Codec[]
  readonly cookie: SessionCookie
  readonly engine: Engine
  readonly policy: Policy
  readonly revocations: Store | undefined
  readonly schema: StandardSchemaV1<unknown, object> | undefined
  readonly setOnError: boolean
  readonly device: DeviceGuard | undefined
  readonly onReject: ((reason: RejectReason, c: Context) => unknown) | undefined
  readonly onEvent: (event: SessionEvent, c: Context) => unknown
}

/** A session as a request found it, and as it leaves it. */
export interface GuardedSession {
  readonly incoming: Incoming
  readonly state: State
}

/** What the life cycle needs from the binding to devices. */
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
