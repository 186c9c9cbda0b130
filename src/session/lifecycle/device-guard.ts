import type { Context } from 'hono'
import type { Codec } from '../codecs/codec.ts'
import type { SessionCookieOptions } from '../cookie/cookie-options.ts'
import type { Entries } from '../state/changes.ts'
import type { State } from '../state/state.ts'
import type { Config } from './config.ts'

/** What a binding to devices is made of: the option `device`. */
export interface DeviceBinding {
  /** @internal */
  guard(parts: GuardParts): DeviceGuard
}

/** What the options of a session give to its binding. */
export interface GuardParts {
  readonly cookie: SessionCookieOptions
  /** The name on the context. */
  readonly as: string
  /** Makes the codecs for a purpose, newest secret first. */
  codecsFor(purpose: 'device cookie' | 'device id' | 'device challenge'): readonly Codec[]
}

/** What the life cycle asks of the binding to devices. */
export interface DeviceGuard {
  /** Answers a registration or a refresh; `null` if the request is neither. */
  answer(c: Context, config: Config): Promise<Response | null>
  /**
   * Checks that a session comes from the device that it is bound to.
   *
   * @returns The key to put into the session if another response has overwritten it; `null`: there is
   * nothing to do; `false`: it comes from elsewhere.
   */
  check(data: Entries, header: string, clock: number): Promise<readonly unknown[] | null | false>
  /** Prepares a session with a new identity for its binding. */
  prepare(state: State): void
  /** Invites the browser to bind a session that this response sets. */
  invite(c: Context, data: Entries): Promise<void>
}
