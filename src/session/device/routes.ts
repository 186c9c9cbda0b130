import type { Context } from 'hono'
import { maxCookieAge } from '../cookie/cookie.ts'
import type { SessionCookie } from '../cookie/cookie-options.ts'
import { commit } from '../lifecycle/commit.ts'
import type { Incoming } from '../lifecycle/engine.ts'
import { load } from '../lifecycle/load.ts'
import { visitOf } from '../lifecycle/visit.ts'
import type { Config } from '../options/config.ts'
import { write } from '../state/changes.ts'
import { deviceKey } from '../state/reserved-keys.ts'
import type { Policy } from '../state/state.ts'
import { type Bound, bindingIn, formatBinding, isBoundTo, type Seal } from './binding.ts'
import { parseProof } from './jwt.ts'

/** Seconds for which a challenge can be answered. */
export const challengeTtl = 300

/** Seconds for which a bound cookie is accepted after its `Max-Age`, for requests in flight. */
const grace = 15

/** The bound cookie after a logout: while the browser has it, it renews nothing. */
export const endMark = '-'

/** What the two routes need of the binding. */
export interface Parts {
  readonly ttl: number
  readonly path: string
  readonly boundCookie: SessionCookie
  readonly seal: Seal
}

/** A request for one of the routes. */
export interface RouteRequest {
  readonly c: Context
  readonly config: Config
  readonly parts: Parts
}

/**
 * Answers a request by one of the routes. A failure is a 503, whatever the app's own `onError` would make
 * of it: after a redirect, or a 4xx other than 403, the browser gives the binding up.
 */
export async function answering(
  route: (request: RouteRequest) => Promise<Response>,
  request: RouteRequest,
): Promise<Response> {
  try {
    return await route(request)
  } catch (error) {
    const { emit } = visitOf(request.c, request.config)
    emit({ type: 'store-error', error: error as Error, failed: true })
    return respond(503)
  }
}

/** Binds the session to the key that the browser has made for it. */
export async function answerRegistration(request: RouteRequest): Promise<Response> {
  const { seal } = request.parts
  const { incoming, state, clock, bind } = await open(request)
  const proof = parseProof(header(request, 'Secure-Session-Response'))
  const binding = bindingIn(state.data)
  if (incoming.kind !== 'live' || !binding || !proof?.key) return respond(400)
  const asked = await seal.read('register', proof.challenge, clock)
  const bound = { nonce: binding[0], key: proof.key }
  if (asked?.nonce !== bound.nonce || !(await proof.isSignedBy(bound.key))) return respond(400)
  const isRepeated = isBoundTo(binding, bound)
  // Nobody can take over a session that is bound to another key.
  if (binding[1] && !isRepeated) return respond(400)
  const line = isRepeated ? null : await bind(bound)
  const id = await seal.sign('id', state.created + longestLife(state.policy), bound)
  return confirm(request, bound, { id, line })
}

/** Renews the bound cookie, or ends the binding of a session that is gone. */
export async function answerRefresh(request: RouteRequest): Promise<Response> {
  const { seal, boundCookie } = request.parts
  const id = header(request, 'Sec-Secure-Session-Id')
  const now = Date.now() / 1000
  const bound = await seal.read('id', id, now)
  if (!bound) return end(id)
  const proof = parseProof(header(request, 'Secure-Session-Response'))
  const asked = proof && (await seal.read('refresh', proof.challenge, now))
  if (asked?.nonce !== bound.nonce || !(await proof?.isSignedBy(bound.key))) {
    const challenge = await seal.sign('refresh', now + challengeTtl, bound)
    return respond(403, [['Secure-Session-Challenge', `"${challenge}";id="${id}"`]])
  }
  const { incoming, state, cookies, bind } = await open(request)
  if (isGone(incoming) || boundCookie.find(cookies)[0] === endMark) return end(id)
  // A request from another site brings no cookie: then the identifier is enough.
  if (incoming.kind !== 'live') return confirm(request, bound, { id, line: null })
  const binding = bindingIn(state.data)
  if (binding?.[0] !== bound.nonce || (binding[1] && !isBoundTo(binding, bound))) return end(id)
  return confirm(request, bound, { id, line: binding[1] ? null : await bind(bound) })
}

/** Opens the session, whatever device it comes from. */
async function open({ c, config }: RouteRequest) {
  const visit = visitOf(c, config)
  const cookies = c.req.header('Cookie') ?? ''
  const unguarded = { ...config, device: undefined }
  const loaded = await load(unguarded, cookies, { visit, isSeen: () => true })
  /** Puts a key into the session. @returns Its `Set-Cookie` line, if it needs one. */
  function bind(bound: Bound): Promise<string | null> {
    write(loaded.state, deviceKey, formatBinding(bound, Date.now() / 1000))
    const outcome = { threw: false, isRefused: false, cookie: () => 'free' as const }
    return commit(config, loaded, { visit, outcome })
  }
  return { ...loaded, clock: visit.clock, cookies, bind }
}

function isGone(incoming: Incoming): boolean {
  const { kind } = incoming
  return kind === 'ended' || (kind === 'rejected' && /unknown|expired/.test(incoming.reason))
}

/** Seconds that a session may live, `remember()` included. */
function longestLife({ limits, remembered = limits }: Policy): number {
  return Math.max(limits.lifetime ?? maxCookieAge, remembered.lifetime ?? maxCookieAge)
}

/** Sends the bound cookie, and what the browser is to do with it. */
async function confirm(
  { parts: { ttl, path, boundCookie, seal } }: RouteRequest,
  bound: Bound,
  { id, line }: { id: string; line: string | null },
): Promise<Response> {
  const attributes = boundCookie.set('').replace(/^.*?; /, '')
  const token = await seal.sign('cookie', Date.now() / 1000 + ttl + grace, bound)
  const lines = [boundCookie.set(token, ttl), ...(line === null ? [] : [line])]
  return respond(
    200,
    lines.map((each) => ['Set-Cookie', each]),
    {
      session_identifier: id,
      refresh_url: `${path}/refresh`,
      scope: { include_site: false },
      credentials: [{ type: 'cookie', name: boundCookie.name, attributes }],
      allowed_refresh_initiators: ['*'],
    },
  )
}

function end(id: string): Response {
  return respond(200, [], { session_identifier: id, continue: false })
}

function respond(status: number, headers: [string, string][] = [], content?: object): Response {
  return new Response(content ? JSON.stringify(content) : null, {
    status,
    headers: [...headers, ['Cache-Control', 'no-store'], ['Content-Type', 'application/json']],
  })
}

/** Reads a structured string, which Chromium sends without its quotes. */
function header({ c }: RouteRequest, name: string): string {
  return (c.req.header(name) ?? '').replace(/^"(.*)"$/, '$1')
}
