import type { SessionCookieOptions } from '../cookie/cookie-options.ts'
import type { DeviceGuard } from '../options/config.ts'

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
