import type { Context } from 'hono'
import type { Codec } from './codecs/codec.ts'
import { signedCodec } from './codecs/signed.ts'
import { configureCookie, type SessionCookie, type SessionCookieOptions } from './cookie-options.ts'
import { callback, checkOptions, flag, type Rule, whole } from './rules.ts'
import { checkSecrets } from './secrets.ts'

/**
 * Why a cookie that was sent is not honoured.
 *
 * - `'forged'`: no secret signed it
 * - `'malformed'`: signed, but not a session
 * - `'expired'`: past its `timeout` or `lifetime`
 * - `'duplicate'`: sent more than once, as when a subdomain plants its own
 */
export type RejectReason = 'forged' | 'malformed' | 'expired' | 'duplicate'

/** Options of `session()`. */
export interface SessionOptions {
  /**
   * What signs the cookie: at least 32 random bytes, as text. In a list the first one signs and all
   * verify, so that a secret can be replaced without logging anyone out: a session that an old one
   * signed is signed anew at that request.
   */
  secret: string | readonly string[]
  /**
   * Seconds of inactivity after which a session is forgotten. `null`: never.
   *
   * @default 1200
   */
  timeout?: number | null
  /**
   * Seconds since its last write after which a session that is only read is written again, to extend
   * its life. `null`: reads never write.
   *
   * @default a tenth of `timeout`
   */
  reissueTime?: number | null
  /**
   * Seconds after its creation at which a session ends, however active it is. `null`: no limit.
   *
   * @default 28800
   */
  lifetime?: number | null
  /**
   * The cookie's name and attributes. Without `maxAge` (seconds) it lives until the browser closes.
   *
   * @default { name: 'session', prefix: 'host', path: '/', httpOnly: true, secure: true, sameSite: 'Lax' }
   */
  cookie?: SessionCookieOptions
  /**
   * Whether changes are kept when the handler threw, too. `false` drops them, but an `invalidate()`
   * or `regenerate()` stands.
   *
   * @default true
   */
  setOnError?: boolean
  /**
   * Called when a cookie that was sent is not honoured, while the session is being opened: it cannot
   * use the session itself. The client never learns the reason.
   */
  onReject?: (reason: RejectReason, c: Context) => void | Promise<void>
}

/** Options that are checked and complete. */
export interface Config {
  /** Newest first: the first encodes, all decode. */
  readonly codecs: readonly Codec[]
  readonly timeout: number | null
  readonly reissueTime: number | null
  readonly lifetime: number | null
  readonly cookie: SessionCookie
  readonly setOnError: boolean
  readonly onReject: NonNullable<SessionOptions['onReject']>
}

/**
 * Checks options and fills in the defaults.
 *
 * @throws {TypeError} When an option is missing, unknown or of the wrong kind.
 * @throws {RangeError} When a number is out of range.
 */
export function configure(options: SessionOptions): Config {
  const { secret, ...others } = options
  checkOptions('session(): ', others, rules)
  const { timeout = 1200, lifetime = 28_800, setOnError = true, onReject = noop } = others
  const { reissueTime = timeout && Math.floor(timeout / 10) } = others
  const cookie = configureCookie(others.cookie ?? {})
  const codecs = checkSecrets(secret).map((each) => signedCodec(each, cookie.name))
  return { codecs, timeout, reissueTime, lifetime, cookie, setOnError, onReject }
}

const rules: Record<keyof Omit<SessionOptions, 'secret'>, Rule> = {
  timeout: orNever(whole('seconds', 1)),
  reissueTime: orNever(whole('seconds', 0)),
  lifetime: orNever(whole('seconds', 1)),
  cookie: { type: 'object', cure: 'an object' },
  setOnError: flag,
  onReject: callback,
}

function orNever(rule: Rule): Rule {
  return { ...rule, cure: `${rule.cure}, or null`, nullable: true }
}

function noop(): void {}
