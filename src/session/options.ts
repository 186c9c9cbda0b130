import type { Context } from 'hono'
import type { Codec } from './codecs/codec.ts'
import { configureCodecs } from './codecs.ts'
import { configureCookie, type SessionCookie, type SessionCookieOptions } from './cookie-options.ts'
import { assertWebCrypto } from './options/runtime.ts'
import type { StandardSchemaV1 } from './options/standard-schema.ts'
import { guard } from './records.ts'
import { callback, checkOptions, flag, type Rule, text, whole } from './rules.ts'
import type { Store } from './store.ts'

/**
 * Why a cookie that was sent is not honoured.
 *
 * - `'forged'`: no codec knows it
 * - `'malformed'`: a codec knows it, but it is not a session
 * - `'expired'`: past its `timeout` or `lifetime`
 * - `'unknown'`: the store has no such session
 * - `'schema'`: its data does not pass the schema
 * - `'duplicate'`: sent more than once, as when a subdomain plants its own
 */
export type RejectReason = 'forged' | 'malformed' | 'unknown' | 'expired' | 'schema' | 'duplicate'

/**
 * Options of `session()`.
 *
 * @typeParam Data - The keys of the session and the types of their values.
 * @typeParam As - The name on the context.
 */
export type SessionOptions<
  Data extends object = Record<string, unknown>,
  As extends string = 'session',
> = Settings<Data> & Name<As> & Format

/** The name is needed where it is not the default, so that types and run time agree. */
type Name<As extends string> = 'session' extends As
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
export type Format = OwnFormat | OtherFormat

interface OwnFormat {
  /**
   * What signs the cookie: at least 32 random bytes, as text. In a list the first one signs and all
   * verify, so that a secret can be replaced without logging anyone out: a session that an old one
   * signed is signed anew at that request.
   */
  secret: string | readonly string[]
  /**
   * `true`: the cookie is sealed (AES-256-GCM), and unreadable. `false`: it is signed (HMAC-SHA-256).
   * Neither accepts what the other wrote.
   *
   * @default false
   */
  encrypt?: boolean
  /** Formats, newest first, that are still read: what is found in one is written anew in our own. */
  codec?: Codec | readonly Codec[]
}

interface OtherFormat {
  /** The format of the cookie, instead of ours. In a list the first one writes and all read. */
  codec: Codec | readonly Codec[]
  secret?: never
  encrypt?: never
}

interface Settings<Data extends object> {
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
   * Where sessions live; the cookie then carries a signed id only. Without one, the session is the
   * cookie.
   */
  store?: Store
  /**
   * Where `revokeSessions()` keeps since when a user's sessions count. A session that was bound to its
   * user before is not honoured; the reason is `'expired'`. For sessions that are cookies, or live in KV.
   */
  revocations?: Store
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
  /**
   * What the data must pass when it is read, with zod, valibot, arktype or another that speaks Standard
   * Schema. It may fill in and transform, so that old sessions become new ones; what it gives must pass
   * it again. Data that fails begins a new session.
   *
   * @see https://standardschema.dev
   */
  schema?: StandardSchemaV1<unknown, Data>
}

/** Options that are checked and complete. */
export interface Config {
  /** Newest first: the first encodes, all decode. */
  readonly codecs: readonly Codec[]
  readonly timeout: number | null
  readonly reissueTime: number | null
  readonly lifetime: number | null
  readonly cookie: SessionCookie
  readonly store: Store | undefined
  readonly revocations: Store | undefined
  readonly setOnError: boolean
  readonly onReject: NonNullable<SessionOptions['onReject']>
  readonly schema: StandardSchemaV1<unknown, object> | undefined
}

/**
 * Checks options and fills in the defaults.
 *
 * @throws {TypeError} When an option is missing, unknown or of the wrong kind.
 * @throws {RangeError} When a number is out of range.
 */
export function configure<Data extends object>(options: SessionOptions<Data, string>): Config {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError('session(): there are no options: give an object with a secret')
  }
  assertWebCrypto()
  const { secret, codec, ...others } = options
  checkOptions('session(): ', others, rules)
  const { timeout = 1200, lifetime = 28_800, setOnError = true, onReject = noop, schema } = others
  const { reissueTime = timeout && Math.floor(timeout / 10) } = others
  const cookie = configureCookie(others.cookie ?? {})
  const codecs = configureCodecs(options, cookie.name, others.store ? 'id' : 'session')
  return {
    codecs,
    timeout,
    reissueTime,
    lifetime,
    cookie,
    store: others.store && guard(others.store),
    revocations: others.revocations && guard(others.revocations),
    setOnError,
    onReject,
    schema,
  }
}

const aStore: Rule = { type: 'object', cure: 'a Store, with get() and swap()', allows: isStore }

const rules: Record<keyof Settings<object> | 'as' | 'encrypt', Rule> = {
  encrypt: flag,
  timeout: orNever(whole('seconds', 1)),
  reissueTime: orNever(whole('seconds', 0)),
  lifetime: orNever(whole('seconds', 1)),
  cookie: { type: 'object', cure: 'an object' },
  setOnError: flag,
  onReject: callback,
  schema: { cure: 'a Standard Schema', allows: isSchema },
  store: aStore,
  revocations: aStore,
  as: text(/./, 'a name'),
}

function isStore(value: Partial<Store>): boolean {
  return typeof value.get === 'function' && typeof value.swap === 'function'
}

function isSchema(value: Partial<StandardSchemaV1> | null): boolean {
  return typeof value?.['~standard']?.validate === 'function'
}

function orNever(rule: Rule): Rule {
  return { ...rule, cure: `${rule.cure}, or null`, nullable: true }
}

function noop(): void {}
