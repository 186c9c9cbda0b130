import { randomString } from './codecs/random.ts'
import { findCookies } from './cookie/cookie.ts'
import { configureCookie, type SessionCookieOptions } from './cookie/cookie-options.ts'
import { bindingIn, boundSeal, challengeSeal, formatBinding, isSameKey } from './device/binding.ts'
import {
  answering,
  answerRefresh,
  answerRegistration,
  challengeTtl,
  type Parts,
} from './device/routes.ts'
import type { DeviceBinding, DeviceGuard, GuardParts } from './lifecycle/device-guard.ts'
import { checkOptions, string, whole } from './options/validate.ts'
import { write } from './state/changes.ts'
import { deviceKey } from './state/reserved-keys.ts'

export type { DeviceBinding }

/** Options of `deviceBinding()`. */
export interface DeviceBindingOptions {
  /**
   * Seconds after which the browser proves again that it has the key: for so long a stolen copy of all
   * cookies works. Chrome allows six proofs in nine minutes, so less than 300 loses logins.
   *
   * @default 600
   */
  readonly ttl?: number
  /**
   * Where `session()` answers the browser, at `/register` and `/refresh` below it.
   *
   * @default '/.session'
   */
  readonly path?: string
}

/** Seconds in which a request may still come without the bound cookie, after the session was bound. */
const registrationGrace = 15

/**
 * Experimental: binds sessions to the device that logged in, in browsers with Device Bound Session
 * Credentials (Chrome on Windows and macOS). A copy of the cookies stops working within `ttl` seconds,
 * since only the device has the key. Other browsers notice nothing.
 *
 * `session.regenerate()` at the login invites the browser. Use a `store`: in cookie mode the cookie of
 * before the binding stays valid, unbound, until its time is up.
 *
 * @throws {TypeError | RangeError} When an option is wrong.
 * @see https://w3c.github.io/webappsec-dbsc/
 *
 * @example
 * ```ts
 * app.use(session((c) => ({ secret: c.env.SESSION_SECRET, store, device })))
 * const device = deviceBinding()
 * ```
 */
export function deviceBinding(options: DeviceBindingOptions = {}): DeviceBinding {
  checkOptions('deviceBinding(): ', options, {
    ttl: whole('seconds', 1, 86_400),
    path: string(/^(\/[\w.~-]+)+$/, "a path such as '/.session'"),
  })
  const { ttl = 600, path = '/.session' } = options
  return { guard: (parts) => guard({ ...parts, ttl, path }) }
}

function guard({ ttl, path, ...given }: GuardParts & { ttl: number; path: string }): DeviceGuard {
  checkParts(given, path)
  const name = `${given.cookie.name ?? 'session'}-device`
  const parts: Parts = {
    ttl,
    path,
    boundCookie: configureCookie({ ...given.cookie, name, maxAge: ttl }),
    cookies: boundSeal(given.codecsFor('device cookie')),
    ids: boundSeal(given.codecsFor('device id')),
    challenges: challengeSeal(given.codecsFor('device challenge')),
  }

  return {
    async answer(c, config) {
      if (c.req.path === `${path}/register`)
        return answering(answerRegistration, { c, config, parts })
      if (c.req.path === `${path}/refresh`) return answering(answerRefresh, { c, config, parts })
      return null
    },

    async check(data, header, clock) {
      const binding = bindingIn(data)
      if (!binding) return null
      const [token, second] = findCookies(header, `${parts.boundCookie.name}=`)
      const isSingle = token !== undefined && second === undefined
      const bound = isSingle ? await parts.cookies.read(token, clock) : null
      const isOurs = bound?.nonce === binding.nonce
      // A response that was under way at the registration has overwritten the cookie with the key.
      if (!binding.key) return isOurs ? formatBinding(bound, Math.floor(clock)) : null
      if (isOurs && isSameKey(bound.key, binding.key)) return null
      return clock - binding.since < registrationGrace ? null : false
    },

    prepare: (state) => write(state, deviceKey, [randomString(16)]),

    async invite(c, data) {
      const binding = bindingIn(data)
      if (!binding) return
      const end = Math.floor(Date.now() / 1000) + challengeTtl
      const challenge = await parts.challenges.sign(binding.nonce, end)
      c.res.headers.append(
        'Secure-Session-Registration',
        `(ES256);path="${path}/register";challenge="${challenge}"`,
      )
    },
  }
}

function checkParts({ cookie, as }: GuardParts, path: string): void {
  const conflict = (problem: string) => new TypeError(`session(): device and ${problem}`)
  if (cookie.domain) {
    throw conflict(
      'cookie.domain: other subdomains could not renew the binding. Leave the domain out',
    )
  }
  if (cookie.partitioned)
    throw conflict('cookie.partitioned: browsers forbid it. Leave one of them out')
  if (!isBelow(path, cookie)) {
    throw conflict(`cookie.path: deviceBinding({ path }) is ${path}, where the cookie is not sent`)
  }
  if (as !== 'session' && !path.includes(cookie.name ?? 'session')) {
    throw conflict(`as: give deviceBinding() a path of its own that contains the cookie's name`)
  }
}

function isBelow(path: string, { path: cookiePath = '/' }: SessionCookieOptions): boolean {
  return cookiePath === '/' || `${path}/`.startsWith(`${cookiePath.replace(/\/$/, '')}/`)
}
