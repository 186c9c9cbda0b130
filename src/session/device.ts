import type { Context } from 'hono'
import { randomString } from './codecs/random.ts'
import {
  configureCookie,
  type SessionCookie,
  type SessionCookieOptions,
} from './cookie/cookie-options.ts'
import { finish } from './cookie/response.ts'
import { type Binding, bindingIn, formatBinding, isBoundTo, sealOf } from './device/binding.ts'
import type { DeviceBinding, DeviceGuard, GuardedOptions, GuardedSession } from './device/guard.ts'
import {
  answering,
  answerRefresh,
  answerRegistration,
  challengeTtl,
  endMark,
  type Parts,
} from './device/routes.ts'
import { configureCodecs } from './options/codecs.ts'
import type { OwnFormat } from './options/options.ts'
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
 * const device = deviceBinding()
 * app.use(session((c) => ({ secret: c.env.SESSION_SECRET, store, device })))
 * ```
 */
export function deviceBinding(options: DeviceBindingOptions = {}): DeviceBinding {
  checkOptions('deviceBinding(): ', options, {
    ttl: whole('seconds', 1, 86_400),
    path: string(/^(\/[\w.~-]+)+$/, "a path such as '/.session'"),
  })
  const { ttl = 600, path = '/.session' } = options
  return { ttl, path, guard }
}

function guard(
  { cookie = {}, as = 'session', device, secret }: GuardedOptions,
  cookieName: string,
): DeviceGuard {
  const { ttl, path } = device as DeviceBinding
  const { maxAge: _maxAge, name = 'session', ...attributes } = cookie
  checkParts(path, cookie, as === 'session' ? '' : name)
  const boundCookie = configureCookie({ ...attributes, name: `${name}-device`, httpOnly: true })
  const seal = sealOf(configureCodecs({ secret } as OwnFormat, cookieName, 'device'))
  const parts: Parts = { ttl, path, boundCookie, seal }
  const routes = new Map([
    [`${path}/register`, answerRegistration],
    [`${path}/refresh`, answerRefresh],
  ])

  return {
    answer(c, config) {
      const route = routes.get(c.req.path)
      return route && answering(route, { c, config, parts })
    },

    async check(data, header, clock) {
      const binding = bindingIn(data)
      return binding ? checkBinding(binding, parts, { header, clock }) : null
    },

    stateOf: (data) => (bindingIn(data)?.[1] ? 'bound' : 'unbound'),

    prepare: (state) => write(state, deviceKey, [randomString(16)]),

    async complete(c, loaded, line) {
      endBoundCookie(c, boundCookie, loaded)
      const { identity, data } = loaded.state
      const [nonce] = bindingIn(data) ?? []
      if (identity === 'regenerated' && line && nonce) await invite(c, parts, nonce)
    },
  }
}

/** Invites the browser to bind the session. */
async function invite(c: Context, { path, seal }: Parts, nonce: string): Promise<void> {
  const challenge = await seal.sign('register', Date.now() / 1000 + challengeTtl, { nonce })
  const invitation = `(ES256);path="${path}/register";challenge="${challenge}"`
  c.res.headers.append('Secure-Session-Registration', invitation)
}

async function checkBinding(
  binding: Binding,
  { boundCookie, seal }: Parts,
  { header, clock }: { readonly header: string; readonly clock: number },
): Promise<readonly unknown[] | string | null> {
  const [nonce, x, , since = 0] = binding
  const [token = '', second] = boundCookie.find(header)
  const bound = second === undefined ? await seal.read('cookie', token, clock) : null
  // A response that was under way at the registration has overwritten the cookie with the key.
  if (!x) return bound?.nonce === nonce ? formatBinding(bound, clock) : null
  if (isBoundTo(binding, bound) || clock - since < registrationGrace) return null
  return (await seal.sign('csrf', 0, { nonce })).slice(-24)
}

/** Ends the cookie of a binding that is over. */
function endBoundCookie(c: Context, cookie: SessionCookie, { incoming, state }: GuardedSession) {
  if (cookie.find(c.req.header('Cookie') ?? '').length === 0 || c.res.status === 101) return
  const isElsewhere = incoming.kind === 'rejected' && incoming.reason === 'elsewhere'
  if (state.identity === 'invalidated') finish(c, cookie.set(endMark))
  // Without it, the browser asks for another, and learns if its binding is over.
  else if (state.identity === 'regenerated' || isElsewhere) finish(c, cookie.remove)
}

function checkParts(
  path: string,
  { domain, partitioned, path: cookiePath = '/' }: SessionCookieOptions,
  contained: string,
): void {
  const problem =
    (domain &&
      'cookie.domain: other subdomains could not renew the binding. Leave the domain out') ||
    (partitioned && 'cookie.partitioned: browsers forbid it. Leave one of them out') ||
    (!`${path}/`.startsWith(cookiePath.replace(/\/?$/, '/')) &&
      `cookie.path: deviceBinding({ path }) is ${path}, where the cookie is not sent`) ||
    (!path.includes(contained) &&
      "as: give deviceBinding() a path of its own that contains the cookie's name")
  if (problem) throw new TypeError(`session(): device and ${problem}`)
}
