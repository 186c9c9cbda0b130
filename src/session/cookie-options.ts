import { generateCookie } from 'hono/cookie'
import type { CookieOptions, CookiePrefixOptions } from 'hono/utils/cookie'
import { findCookies, maxCookieAge } from './cookie.ts'
import { checkOptions, flag, type Rule, text, whole, withDefaults } from './rules.ts'

/** Attributes of the session's cookie: Hono's `CookieOptions` and a name. */
export type SessionCookieOptions = Omit<CookieOptions, 'prefix'> & {
  /**
   * Name, without its prefix.
   *
   * @default 'session'
   */
  name?: string
  /**
   * `'host'` makes the name `__Host-session`: browsers then take the cookie from this host alone,
   * never from a subdomain, and only with `secure`, `path: '/'` and no `domain`. `undefined`: none.
   *
   * @default 'host'
   */
  prefix?: CookiePrefixOptions | undefined
}

/** A cookie whose attributes are settled. */
export interface SessionCookie {
  /** The name on the wire, prefix and all. */
  readonly name: string
  /** Finds its values in a `Cookie` header. */
  find(header: string): string[]
  /** Makes the `Set-Cookie` line that carries a token. */
  set(token: string): string
  /** The `Set-Cookie` line that removes the cookie. */
  readonly remove: string
  /** Whether the browser forgets it after a time, so that it must be set again to live on. */
  readonly isDated: boolean
}

const defaults = {
  name: 'session',
  path: '/',
  httpOnly: true,
  secure: true,
  sameSite: 'Lax',
} as const

/**
 * Checks the attributes and settles them, once: a response then only adds its token.
 *
 * @throws {TypeError} When an attribute is unknown, malformed or at odds with another.
 */
export function configureCookie(given: SessionCookieOptions): SessionCookie {
  checkOptions('session(): cookie.', given, rules)
  const prefix = 'prefix' in given ? given.prefix : 'host'
  const options = { ...withDefaults<SessionCookieOptions>(defaults, given), prefix }
  const { name, ...attributes } = options as CookieOptions & { name: string }
  checkTogether(attributes)

  const empty = generateCookie(name, '', attributes)
  const start = empty.slice(0, empty.indexOf('=') + 1)
  const end = empty.slice(start.length)
  return {
    name: start.slice(0, -1),
    find: (header) => findCookies(header, start),
    set: (token) => start + token + end,
    remove: generateCookie(name, '', { ...attributes, maxAge: 0 }),
    isDated: attributes.maxAge !== undefined,
  }
}

// https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1; nothing here may end an attribute early.
const rules: Record<keyof SessionCookieOptions, Rule> = {
  name: text(/^(?!__(host|secure)-)[\w!#$%&'*+.^`|~-]+$/i, 'a token, its prefix in cookie.prefix'),
  prefix: text(/^(host|secure)$/, "'host', 'secure' or undefined"),
  path: text(/^\/[!-+\--:<-~]*$/, "a text that starts with '/', without spaces, ',' or ';'"),
  domain: text(/^\.?[a-z\d]([a-z\d.-]*[a-z\d])?$/i, 'a host name'),
  sameSite: text(/^(strict|lax|none)$/i, "'Strict', 'Lax' or 'None'"),
  priority: text(/^(low|medium|high)$/i, "'Low', 'Medium' or 'High'"),
  maxAge: whole('seconds', 1, maxCookieAge),
  expires: { type: 'object', cure: 'a Date to come, at most 400 days away', allows: isExpiry },
  httpOnly: flag,
  secure: flag,
  partitioned: flag,
}

function isExpiry(value: unknown): boolean {
  if (!(value instanceof Date)) return false
  const away = value.getTime() - Date.now()
  return away > 0 && away <= maxCookieAge * 1000
}

function checkTogether({
  prefix,
  domain,
  path,
  secure,
  sameSite,
  partitioned,
}: CookieOptions): void {
  const atOdds = (problem: string) => new TypeError(`session(): cookie.${problem}`)
  if (prefix === 'host' && domain) {
    throw atOdds("domain cannot go with prefix 'host': use prefix: 'secure' to share subdomains")
  }
  if (prefix === 'host' && path !== '/') {
    throw atOdds("path must be '/' with prefix 'host': use prefix: 'secure' for another path")
  }
  if (secure) return
  if (prefix) throw atOdds(`secure must be true with prefix '${prefix}': set prefix: undefined too`)
  if (partitioned) throw atOdds('secure must be true with cookie.partitioned')
  if (sameSite?.toLowerCase() === 'none') throw atOdds("secure must be true with sameSite 'None'")
}
