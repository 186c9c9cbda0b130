import { generateCookie } from 'hono/cookie'
import type { CookieOptions, CookiePrefixOptions } from 'hono/utils/cookie'
import { checkOptions, flag, type Rule, string, whole, withDefaults } from '../options/validate.ts'
import { findCookies, maxCookieAge, type Scope, setsCookie } from './cookie.ts'

/**
 * Attributes of the session's cookie: Hono's `CookieOptions` and a name, without `expires`, which is a
 * moment that a running server passes by.
 */
export type SessionCookieOptions = Omit<CookieOptions, 'prefix' | 'expires'> & {
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

/** A cookie with its attributes, checked and complete. */
export interface SessionCookie {
  /** The name that is sent, with its prefix. */
  readonly name: string
  /** The name without its prefix: that of the session. */
  readonly baseName: string
  /** Finds its values in a `Cookie` header. */
  find(header: string): string[]
  /**
   * Makes the `Set-Cookie` line that carries a token.
   *
   * @param maxAge - Seconds that the browser keeps it, if other than the option; `null`: the most
   * that it can.
   */
  set(token: string, maxAge?: number | null): string
  /** The `Set-Cookie` line that removes the cookie. */
  readonly remove: string
  /** Seconds that the browser keeps it; `undefined`: until it closes. */
  readonly maxAge: number | undefined
  /** What other `Set-Cookie` lines of a response do to this cookie. */
  doneBy(lines: string[], requestPath: string): 'free' | 'set' | 'removed'
}

const defaults = {
  name: 'session',
  path: '/',
  httpOnly: true,
  secure: true,
  sameSite: 'Lax',
} as const

/**
 * Checks the attributes and completes them, once: a response then only adds its token.
 *
 * @throws {TypeError} When an attribute is unknown, malformed or in conflict with another.
 */
export function configureCookie(given: SessionCookieOptions): SessionCookie {
  if ('expires' in given) {
    throw new TypeError(
      'session(): cookie.expires is a moment that a running server passes by: use cookie.maxAge, in seconds',
    )
  }
  checkOptions('session(): cookie.', given, rules)
  const prefix = 'prefix' in given ? given.prefix : 'host'
  const options = { ...withDefaults<SessionCookieOptions>(defaults, given), prefix }
  const { name, ...attributes } = options as CookieOptions & { name: string }
  checkTogether(attributes)

  const empty = generateCookie(name, '', attributes)
  const start = empty.slice(0, empty.indexOf('=') + 1)
  const end = empty.slice(start.length)
  const scope: Scope = {
    name: start.slice(0, -1),
    path: attributes.path ?? '/',
    domain: attributes.domain ?? '',
  }
  return {
    name: scope.name,
    baseName: name,
    find: (header) => findCookies(header, start),
    set: (token, maxAge) =>
      maxAge === undefined
        ? start + token + end
        : generateCookie(name, token, { ...attributes, maxAge: maxAge ?? maxCookieAge }),
    remove: generateCookie(name, '', { ...attributes, maxAge: 0 }),
    maxAge: attributes.maxAge,
    doneBy: (lines, requestPath) => setsCookie(lines, scope, requestPath),
  }
}

// https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1: nothing here may end an attribute early.
const rules: Record<keyof SessionCookieOptions, Rule> = {
  name: string(
    /^(?!__(host|secure)-)[\w!#$%&'*+.^`|~-]+$/i,
    'a token, its prefix in cookie.prefix',
  ),
  prefix: string(/^(host|secure)$/, "'host', 'secure' or undefined"),
  path: string(/^\/[!-+\--:<-~]*$/, "a path that starts with '/', without spaces, ',' or ';'"),
  domain: string(/^\.?[a-z\d]([a-z\d.-]*[a-z\d])?$/i, 'a host name'),
  sameSite: string(/^(strict|lax|none)$/i, "'Strict', 'Lax' or 'None'"),
  priority: string(/^(low|medium|high)$/i, "'Low', 'Medium' or 'High'"),
  maxAge: whole('seconds', 1, maxCookieAge),
  httpOnly: flag,
  secure: flag,
  partitioned: flag,
}

function checkTogether({
  prefix,
  domain,
  path,
  secure,
  sameSite,
  partitioned,
}: CookieOptions): void {
  const conflict = (problem: string) => new TypeError(`session(): cookie.${problem}`)
  if (prefix === 'host' && domain) {
    throw conflict("domain cannot go with prefix 'host': use prefix: 'secure' to share subdomains")
  }
  if (prefix === 'host' && path !== '/') {
    throw conflict("path must be '/' with prefix 'host': use prefix: 'secure' for another path")
  }
  if (secure) return
  if (prefix)
    throw conflict(`secure must be true with prefix '${prefix}': set prefix: undefined too`)
  if (partitioned) throw conflict('secure must be true with cookie.partitioned')
  if (sameSite?.toLowerCase() === 'none') throw conflict("secure must be true with sameSite 'None'")
}
