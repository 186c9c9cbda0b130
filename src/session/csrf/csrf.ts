import type { Context, MiddlewareHandler } from 'hono'
import { ForgedRequestError } from '../errors.ts'
import {
  callback,
  checkOptions,
  flag,
  type Rule,
  string,
  withDefaults,
} from '../options/validate.ts'
import { type Session, stateOf } from '../session.ts'
import { acceptedTokens, isMaskOf } from './mask.ts'

/** Options of `csrf()`. */
export interface CsrfOptions {
  /**
   * Other origins whose requests are welcome, whole and exact: `https://admin.example.com`.
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
   * The form field that carries the token where that header is absent.
   *
   * @default 'csrf_token'
   */
  field?: string
  /** Tells which requests need no check, such as a webhook that is signed by other means. */
  exempt?: (c: Context) => boolean
  /**
   * Whether a token is asked for. `false`: `Sec-Fetch-Site` and `Origin` decide alone, and a request
   * with neither is refused.
   *
   * @default true
   */
  token?: boolean
  /**
   * The name of the session on the context, as in the options of `session()`.
   *
   * @default 'session'
   */
  as?: string
}

const safeMethods = ['GET', 'HEAD', 'OPTIONS', 'TRACE'] // RFC 9110 §9.2.1

/**
 * Refuses forged requests with 403: those that another site made the visitor's browser send.
 *
 * What the browser says of the request's origin (`Sec-Fetch-Site`, `Origin`) must be in its favour
 * wherever it is sent, and the request must carry the session's `csrfToken()`. Neither the method's
 * override nor the content type exempts from this. Mount it after `session()`.
 *
 * A form's body is read through `c.req`, where handlers find it again; `c.req.raw` is used up.
 *
 * @throws {TypeError} When an option is wrong, or at a request when no session is mounted.
 */
export function csrf(options: CsrfOptions = {}): MiddlewareHandler {
  checkOptions('csrf(): ', options, rules)
  const complete = withDefaults(defaults, options)

  return async function csrf(c, next) {
    if (!safeMethods.includes(c.req.method) && complete.exempt(c) !== true) {
      if (!(isWelcome(c, complete) && (await hasToken(c, complete)))) throw new ForgedRequestError()
    }
    await next()
  }
}

const defaults: Required<CsrfOptions> = {
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
  field: string(/./, 'the name of a form field'),
  exempt: callback,
  token: flag,
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

function isWelcome(c: Context, { origins, token }: Required<CsrfOptions>): boolean {
  const origin = c.req.header('Origin')
  const site = c.req.header('Sec-Fetch-Site')
  if (origin !== undefined && origins.includes(origin)) return true
  const fromHere = site === 'same-origin' || site === 'none'
  if (site !== undefined && !fromHere) return false
  if (origin === undefined) return fromHere || token
  return origin === new URL(c.req.url).origin || (origin === 'null' && fromHere)
}

async function hasToken(c: Context, options: Required<CsrfOptions>): Promise<boolean> {
  if (!options.token) return true
  const open = c.get(options.as)
  if (open === undefined) {
    throw new TypeError(
      `csrf(): there is no c.var.${options.as}. Mount session() before it, or set token: false`,
    )
  }
  const accepted = acceptedTokens(stateOf<Record<string, unknown>>((await open()) as Session))
  if (accepted.length === 0) return false
  const token = c.req.header(options.header) ?? (await formField(c, options.field))
  return typeof token === 'string' && accepted.some((each) => isMaskOf(token, each))
}

async function formField(c: Context, field: string): Promise<unknown> {
  try {
    return (await c.req.parseBody())[field]
  } catch {
    return undefined // a body that is not what it says carries no token
  }
}
