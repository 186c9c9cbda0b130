import type { Context } from 'hono'
import type { Codec } from '../codecs/codec.ts'
import type { SessionCookieOptions } from '../cookie/cookie-options.ts'
import type { DeviceBinding } from '../device/guard.ts'
import type { SessionEvent } from '../events.ts'
import type { Store } from '../store.ts'
import type { RejectReason } from './reject-reason.ts'
import type { StandardSchemaV1 } from './standard-schema.ts'

/**
 * Options of `session()`.
 *
 * @typeParam Data - The keys of the session and the types of their values.
 * @typeParam As - The name on the context.
 */
export type SessionOptions<
  Data extends object = Record<string, unknown>,
  As extends string = 'session',
> = CommonOptions<Data> & NameOption<As> & FormatOptions

/** The name is required unless it is the default, so that types and behavior agree. */
export type NameOption<As extends string> = 'session' extends As
  ? {
      /**
       * The name on the context: a second session, with another cookie and `as: 'admin'`, is
       * `c.var.admin()`.
       *
       * @default 'session'
       */
      as?: As
    }
  : { as: As }

/** Options that say how the cookie is written. */
export type FormatOptions = OwnFormat | OtherFormat

/**
 * A secret: at least 32 random bytes, as a string, or a function that returns it or a promise of it.
 * The function is called when the secret is first needed, and again after a failure.
 */
export type Secret = string | (() => string | undefined | Promise<string | undefined>)

/** The formats of this library. */
export interface OwnFormat {
  /**
   * What signs the cookie. In a list the first one signs and all verify, so that a secret can be
   * rotated without logging anyone out: a session that an old one signed is re-signed at that request.
   * Elements after the first may be `undefined`, and are skipped.
   *
   * `undefined` is a `TypeError`; the type allows it so that `process.env.X` compiles.
   */
  secret: Secret | undefined | readonly (Secret | undefined)[]
  /**
   * `true`: the cookie is sealed (AES-256-GCM), and unreadable. `false`: it is signed (HMAC-SHA-256).
   * Neither accepts what the other wrote.
   *
   * The last 256 tokens that were verified are cached in memory, with their payloads as plain text.
   *
   * @default false
   */
  encrypt?: boolean
  /** Older formats, newest first, that are still read: a session in one of them is rewritten in our own. */
  codec?: Codec | readonly Codec[]
}

/** Another format. */
export interface OtherFormat {
  /** The format of the cookie, instead of ours. In a list the first one writes and all read. */
  codec: Codec | readonly Codec[]
  /** An option of our own format. */
  secret?: never
  /** An option of our own format. */
  encrypt?: never
}

/** Limits of a session whose visitor asked to stay logged in. */
export interface RememberOptions {
  /** Seconds of inactivity after which the session ends, at most 400 days: what browsers allow. */
  timeout: number
  /** Seconds after its creation at which the session ends. */
  lifetime: number
}

/** Options that do not depend on the format. */
export interface CommonOptions<Data extends object> {
  /**
   * Seconds of inactivity after which a session ends. `null`: never.
   *
   * @default 1200
   */
  timeout?: number | null
  /**
   * Seconds since its last write after which a session that is only read is written again, to extend
   * its life. `null`: reads never write. A `cookie.maxAge` must be longer.
   *
   * @default a tenth of `timeout`, or of `cookie.maxAge` if that is shorter
   */
  reissueTime?: number | null
  /**
   * Seconds after its creation at which a session ends, however active it is. `null`: no limit.
   *
   * @default 28800
   */
  lifetime?: number | null
  /**
   * The limits after `session.remember()`, for "stay logged in": say 30 and 90 days. Until then a
   * session's cookie ends when the browser closes.
   */
  remember?: RememberOptions
  /**
   * The cookie's name and attributes. Without `maxAge` (seconds) it lives until the browser closes.
   *
   * @default { name: 'session', prefix: 'host', path: '/', httpOnly: true, secure: true, sameSite: 'Lax' }
   */
  cookie?: SessionCookieOptions
  /**
   * Where sessions live; the cookie then carries a signed id only. Without one, the session is the
   * cookie. Create it once: on Node, Deno and Bun outside of an options function.
   */
  store?: Store
  /**
   * Where `revokeSessions()` keeps which sessions of a user count. A session that was bound before a
   * revocation is not honored; the reason is `'expired'`. For sessions that are cookies, or live in KV.
   */
  revocations?: Store
  /**
   * Whether changes are also kept when the handler threw. `false` drops them, but an `invalidate()` or
   * `regenerate()` stands, and so does what the error page does after its own `c.var.session()`.
   *
   * @default true
   */
  setOnError?: boolean
  /**
   * Experimental: binds sessions to the device that logged in, so that a copy of the cookies stops
   * working. `deviceBinding()` from `edge-session/device` makes it.
   */
  device?: DeviceBinding
  /**
   * Called when a cookie that was sent is not honored, while the session is being opened: it cannot
   * use the session itself. The client never learns the reason.
   */
  onReject?: (reason: RejectReason, c: Context) => void | Promise<void>
  /**
   * Called with what happened to the session, when the store has answered and before the response
   * leaves. Whatever it throws is ignored. Without it, failures of the store are logged by
   * `console.error`.
   */
  onEvent?: (event: SessionEvent, c: Context) => void | Promise<void>
  /**
   * A schema that the data must pass when they are read, from zod, valibot, arktype or another library
   * that implements Standard Schema. It may fill in and transform, so that old sessions become new
   * ones; what it returns must pass it again. Data that fail begin a new session.
   *
   * @see https://standardschema.dev
   */
  schema?: StandardSchemaV1<unknown, Data>
}
