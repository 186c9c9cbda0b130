import { maxCookieAge } from '../cookie/cookie.ts'
import { configureCookie, type SessionCookie } from '../cookie/cookie-options.ts'
import { logStoreError } from '../events.ts'
import { cookieEngine } from '../lifecycle/cookie-engine.ts'
import { storeEngine } from '../lifecycle/store-engine.ts'
import type { Limits, Policy, Protection } from '../state/state.ts'
import type { Store } from '../store.ts'
import { configureCodecs } from './codecs.ts'
import type { Config } from './config.ts'
import type { CommonOptions, FormatOptions, SessionOptions } from './options.ts'
import { assertWebCrypto } from './runtime.ts'
import { checkSecrets } from './secrets.ts'
import type { StandardSchemaV1 } from './standard-schema.ts'
import {
  callback,
  checkOptions,
  flag,
  orNull,
  type Rule,
  string,
  whole,
  withDefaults,
} from './validate.ts'

/** Seconds after which a remembered session that is only read is written again, at most. */
const maxReissueTime = 86_400

/**
 * Checks options and fills in the defaults.
 *
 * @throws {TypeError} When an option is missing, unknown or of the wrong kind.
 * @throws {RangeError} When a number is out of range.
 */
export function configure<Data extends object>(options: SessionOptions<Data, string>): Config {
  assertObject(options)
  assertWebCrypto()
  const { secret, codec, ...common } = options
  checkOptions('session(): ', common, rules)
  const {
    store,
    revocations,
    schema,
    setOnError = true,
    onReject,
    onEvent = logStoreError,
  } = common
  const cookie = configureCookie(common.cookie ?? {})
  // Functions are called once, whatever is signed.
  const asked = common.device && { secret: checkSecrets(secret) }
  const format = { ...options, ...asked } as SessionOptions
  const codecs = configureCodecs(format, cookie.name, store ? 'id' : 'session')
  const device = common.device?.guard(format, cookie.name)
  const policy: Policy = {
    format: { cookieName: cookie.name, protection: protectionOf(options) },
    limits: limitsFrom(common, cookie),
    remembered: rememberedLimits(common),
    hasIds: store !== undefined,
    deviceStateOf: device?.stateOf,
    canBind: revocations !== undefined || (store !== undefined && !store.isEventual),
  }
  const writer = { codec: codecs[0] as (typeof codecs)[0], cookie }
  const engine = store ? storeEngine({ ...writer, store, policy, schema }) : cookieEngine(writer)
  const asGiven = { revocations, schema, setOnError, onReject, onEvent }
  return { ...asGiven, codecs, cookie, engine, policy, device }
}

function assertObject(options: unknown): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError('session(): there are no options: give an object with a secret')
  }
  if ('then' in options) {
    throw new TypeError('session(): the options are a promise: make `secret` the async function')
  }
}

function protectionOf(format: FormatOptions): Protection {
  if (!('secret' in format)) return 'custom'
  return format.encrypt ? 'sealed' : 'signed'
}

function limitsFrom(options: CommonOptions<object>, { maxAge }: SessionCookie): Limits {
  const { timeout = 1200, lifetime = 28_800 } = options
  const shortest = Math.min(timeout ?? Number.POSITIVE_INFINITY, maxAge ?? Number.POSITIVE_INFINITY)
  const usual = Number.isFinite(shortest) ? Math.floor(shortest / 10) : null
  const { reissueTime = usual } = options
  const limits = { timeout, lifetime, reissueTime }
  if (maxAge !== undefined) checkMaxAge(maxAge, limits)
  return limits
}

/** Makes sure that no browser drops the cookie of a session that is still read. */
function checkMaxAge(maxAge: number, { timeout, lifetime, reissueTime }: Limits): void {
  if (reissueTime !== null && maxAge <= reissueTime) {
    throw new RangeError(
      `session(): cookie.maxAge is ${maxAge}: it must exceed reissueTime (${reissueTime}), or readers lose the session`,
    )
  }
  const end = Math.min(timeout ?? maxCookieAge, lifetime ?? maxCookieAge)
  if (reissueTime === null && maxAge < end) {
    throw new RangeError(
      `session(): cookie.maxAge is ${maxAge}: with reissueTime null it must be at least ${end}, as long as a session may live`,
    )
  }
}

function rememberedLimits({ remember }: CommonOptions<object>): Limits | undefined {
  if (remember === undefined) return undefined
  checkOptions('session(): remember.', withDefaults<object>(required, remember), rememberRules)
  const { timeout, lifetime } = remember
  return { timeout, lifetime, reissueTime: Math.min(Math.floor(timeout / 10), maxReissueTime) }
}

const required = { timeout: null, lifetime: null }

const rememberRules: Record<string, Rule> = {
  timeout: whole('seconds', 1, maxCookieAge),
  lifetime: whole('seconds', 1),
}

const aStore: Rule = { type: 'object', cure: 'a Store, with get() and swap()', allows: isStore }

const rules: Record<keyof CommonOptions<object> | 'as' | 'encrypt', Rule> = {
  encrypt: flag,
  timeout: orNull(whole('seconds', 1)),
  reissueTime: orNull(whole('seconds', 0)),
  lifetime: orNull(whole('seconds', 1)),
  remember: { type: 'object', cure: 'an object with timeout and lifetime' },
  cookie: { type: 'object', cure: 'an object' },
  device: { type: 'object', cure: 'deviceBinding()', allows: (device) => 'guard' in device },
  setOnError: flag,
  onReject: callback,
  onEvent: callback,
  schema: { cure: 'a Standard Schema', allows: isSchema },
  store: aStore,
  revocations: aStore,
  as: string(/./, 'a name'),
}

function isStore(value: Partial<Store>): boolean {
  return typeof value.get === 'function' && typeof value.swap === 'function'
}

function isSchema(value: Partial<StandardSchemaV1> | null): boolean {
  return typeof value?.['~standard']?.validate === 'function'
}
