import type { Context, MiddlewareHandler } from 'hono'
import type { ForgedRequestError } from '../errors.ts'
import {
  callback,
  checkOptions,
  flag,
  type Rule,
  string,
  whole,
  withDefaults,
} from '../options/validate.ts'
import { type Session, stateOf } from '../session.ts'
import { formField } from './form-field.ts'
import { acceptedTokens, isMaskOf } from './mask.ts'
import { foreignOrigin } from './origin.ts'
import { type Refusal, refused, shown, warn } from './refusal.ts'

/** Options of `csrf()`. */
export interface CsrfOptions {
  /**
   * Other origins that may send requests, whole and exact: `https://admin.example.com`. Behind a proxy
   * that ends TLS or changes the host, list the site's public origin.
   *
   * @default []
   */
  origins?: readonly string[]
  /**
   * The request header that carries the token. A form is only read if it is missing.
   *
   * @default 'X-CSRF-Token'
   */
  header?: string
  /**
   * The form field that carries the token if the header is missing. If there are several, the last
   * one counts.
   *
   * @default 'csrf_token'
   */
  field?: string
  /**
   * The largest form, in bytes, that is read to find the field. A larger one is refused with 413
   * before it has been read. For larger uploads send the token in the header: then the body is not
   * read at all.
   *
   * @default 1 MiB for urlencoded forms, 16 MiB for multipart forms; a number sets both
   */
  maxFormSize?: number
  /** Whether to skip the check for a request, such as a webhook that is signed by other means. */
  exempt?: (c: Context) => boolean
  /**
   * Whether a token is required. `false`: `Sec-Fetch-Site` and `Origin` decide alone, and a request
   * with neither is refused.
   *
   * @default true
   */
  token?: boolean
  /**
   * Called with each `ForgedRequestError`, instead of logging it. It is not awaited, and its errors
   * are ignored. With this option a `FormTooLargeError` is not logged either: `app.onError` gets it.
   *
   * @default one `console.warn` line with the method, path, reason and, if there is one, the cure
   */
  onRefuse?: (error: ForgedRequestError, c: Context) => void | Promise<void>
  /**
   * The name of the session on the context, as in the options of `session()`.
   *
   * @default 'session'
   */
  as?: string
}

/** Complete options. Two have no default. */
type Settings = Required<Omit<CsrfOptions, 'maxFormSize' | 'onRefuse'>> &
  Pick<CsrfOptions, 'maxFormSize' | 'onRefuse'>

const safeMethods = ['GET', 'HEAD', 'OPTIONS', 'TRACE'] // RFC 9110 §9.2.1

/**
 * Refuses forged requests with 403: those that another site made the visitor's browser send.
 *
 * `Sec-Fetch-Site` and `Origin`, each if it is sent, must say that the request is the site's own, and
 * the request must carry the session's `csrfToken()`. No content type or method override is exempt.
 * Mount it after `session()`.
 *
 * If the token is not in the header, the form is read. Handlers can still read it afterward, from
 * `c.req` and from `c.req.raw`.
 *
 * @throws {TypeError | RangeError} When an option is wrong.
 * @throws {ForgedRequestError} During a request that is refused; `reason` says why.
 * @throws {FormTooLargeError} During a request whose form exceeds `maxFormSize`.
 * @throws {TypeError} During a request when no session is mounted.
 */
export function csrf(options: CsrfOptions = {}): MiddlewareHandler {
  checkOptions('csrf(): ', options, rules)
  const settings = withDefaults(defaults, options)

  return async function csrf(c, next) {
    if (!safeMethods.includes(c.req.method) && settings.exempt(c) !== true) {
      const refusal = await check(c, settings)
      if (refusal) throw refused(c, refusal, settings.onRefuse)
    }
    await next()
  }
}

const defaults: Settings = {
  origins: [],
  header: 'X-CSRF-Token',
  field: 'csrf_token',
  exempt: () => false,
  token: true,
  as: 'session',
}

const rules: Record<keyof CsrfOptions, Rule> = {
  origins: {
    type: 'object',
    cure: "a list such as ['https://admin.example.com']",
    allows: areOrigins,
  },
  header: string(/^[\w!#$%&'*+.^`|~-]+$/, 'the name of a header'),
  field: string(/^\P{Cc}+$/u, 'the name of a form field, without control characters'),
  maxFormSize: whole('bytes', 1),
  exempt: callback,
  token: flag,
  onRefuse: callback,
  as: string(/./, 'a name'),
}

function areOrigins(origins: unknown): boolean {
  return Array.isArray(origins) && origins.every(isOrigin)
}

function isOrigin(origin: unknown): boolean {
  if (typeof origin !== 'string' || !URL.canParse(origin)) return false
  const url = new URL(origin)
  // Schemes of apps and extensions have origins, but not for `URL`.
  const canonical = url.origin === 'null' ? `${url.protocol}//${url.host}` : url.origin
  return canonical === origin && url.host !== '' && !origin.includes('*')
}

/** Why to refuse the request, or `null`. */
async function check(c: Context, settings: Settings): Promise<Refusal | null> {
  const hint = foreignOrigin(c, settings)
  if (hint !== null) return { reason: 'origin', hint }
  if (!settings.token) return null
  // Before the body is read: that may take long, and what a session accepts is decided when it opens.
  const accepted = await tokensOf(c, settings.as)
  if (accepted.length === 0) {
    return { reason: 'no-session', hint: 'no cookie, or one that has expired' }
  }
  try {
    // A header that is sent decides, even an empty one: a good field does not rescue it.
    const token = c.req.header(settings.header) ?? (await formField(c, settings))
    if (token === undefined) {
      const hint = `put csrfToken(session) into ${settings.header} or ${settings.field}`
      return { reason: 'missing-token', hint }
    }
    if (accepted.some((each) => isMaskOf(token, each))) return null
    return { reason: 'wrong-token', hint: 'the page is older than the session' }
  } catch (cause) {
    return unreadable(c, cause, settings)
  }
}

async function tokensOf(c: Context, as: string): Promise<string[]> {
  const open = c.get(as)
  if (open === undefined) {
    throw new TypeError(
      `csrf(): there is no c.var.${as}. Mount session() before it, or set token: false`,
    )
  }
  return acceptedTokens(stateOf<Record<string, unknown>>((await open()) as Session))
}

/** @throws {unknown} The cause, if it has a response of its own. */
function unreadable(c: Context, cause: unknown, { onRefuse }: Settings): Refusal {
  const { name, message } = Object(cause)
  if (name === 'FormTooLargeError' && !onRefuse) warn(c, message.replace('csrf(): ', ''))
  // In older versions of Hono, `bodyLimit()` makes the body fail with this error and handles it.
  if ('getResponse' in Object(cause) || name === 'BodyLimitError') throw cause
  return { reason: 'unreadable-form', hint: shown(String(message)), cause }
}
