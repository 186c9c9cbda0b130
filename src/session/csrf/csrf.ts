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
   * Other origins whose requests are welcome, whole and exact: `https://admin.example.com`. A proxy
   * that ends TLS, or changes the host, makes the site's own origin another one.
   *
   * @default []
   */
  origins?: readonly string[]
  /**
   * The request header that carries the token.
   *
   * @default 'X-CSRF-Token'
   */
  header?: string
  /**
   * The form field that carries the token if that header is absent. Of several the last counts.
   *
   * @default 'csrf_token'
   */
  field?: string
  /**
   * The largest form, in bytes, that is read to find the field: one number for both kinds of forms. A
   * larger one is refused with 413 before it is read whole. Send the token in the header to upload
   * more: then the body is left alone.
   *
   * @default 1 MiB for urlencoded forms, 16 MiB for multipart forms
   */
  maxFormSize?: number
  /** Whether a request needs no check, such as a webhook that is signed by other means. */
  exempt?: (c: Context) => boolean
  /**
   * Whether a token is needed. `false`: `Sec-Fetch-Site` and `Origin` decide alone, and a request
   * with neither is refused.
   *
   * @default true
   */
  token?: boolean
  /**
   * Called with each refusal, in place of the line that `console.warn` logs. Nothing waits for it,
   * and an error of its own is ignored. A form that is too large goes to `app.onError` alone then.
   *
   * @default a line with the method, the path, the reason and the cure if there is one
   */
  onRefuse?: (error: ForgedRequestError, c: Context) => void | Promise<void>
  /**
   * The name of the session on the context, as in the options of `session()`.
   *
   * @default 'session'
   */
  as?: string
}

/** Options that are complete. These two have no default. */
type Settings = Required<Omit<CsrfOptions, 'maxFormSize' | 'onRefuse'>> &
  Pick<CsrfOptions, 'maxFormSize' | 'onRefuse'>

const safeMethods = ['GET', 'HEAD', 'OPTIONS', 'TRACE'] // RFC 9110 §9.2.1

/**
 * Refuses forged requests with 403: those that another site made the visitor's browser send.
 *
 * What the browser says of the request's origin (`Sec-Fetch-Site`, `Origin`) must be in its favour
 * wherever it is sent, and the request must carry the session's `csrfToken()`. Neither a method
 * override nor a content type exempts from this. Mount it after `session()`.
 *
 * A form is read to find the token, and is there afterwards: in `c.req` as in `c.req.raw`.
 *
 * @throws {TypeError | RangeError} When an option is wrong.
 * @throws {ForgedRequestError} At a request that is refused; its `reason` says why.
 * @throws {FormTooLargeError} At a request whose form is larger than `maxFormSize`.
 * @throws {TypeError} At a request when no session is mounted.
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

/** What speaks against a request, or `null`. */
async function check(c: Context, settings: Settings): Promise<Refusal | null> {
  const hint = foreignOrigin(c, settings)
  if (hint !== null) return { reason: 'origin', hint }
  if (!settings.token) return null
  // Before the body is read, which may take longer than the session lives.
  const accepted = await tokensOf(c, settings.as)
  if (accepted.length === 0) {
    return { reason: 'no-session', hint: 'no cookie, or one that has expired' }
  }
  try {
    // A header decides even when it is empty: a good field does not rescue a wrong header.
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

/** @throws {unknown} The cause, if it brings its own response. */
function unreadable(c: Context, cause: unknown, { onRefuse }: Settings): Refusal {
  const { name, message } = Object(cause)
  if (name === 'FormTooLargeError' && !onRefuse) warn(c, message.replace('csrf(): ', ''))
  // In older versions of Hono `bodyLimit()` lets the body fail with this error, and answers it.
  if ('getResponse' in Object(cause) || name === 'BodyLimitError') throw cause
  return { reason: 'unreadable-form', hint: shown(String(message)), cause }
}
