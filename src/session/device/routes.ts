import type { Context } from 'hono'
import { maxCookieAge } from '../cookie/cookie.ts'
import type { SessionCookie } from '../cookie/cookie-options.ts'
import { commit } from '../lifecycle/commit.ts'
import type { Config } from '../lifecycle/config.ts'
import { limitsOf } from '../lifecycle/limits.ts'
import { type Loaded, load } from '../lifecycle/load.ts'
import { reportFailure, visitOf } from '../lifecycle/visit.ts'
import { write } from '../state/changes.ts'
import { deviceKey } from '../state/reserved-keys.ts'
import { type Bound, bindingIn, formatBinding, isSameKey, type Seal } from './binding.ts'
import { type Proof, parseProof } from './jwt.ts'

/** Seconds for which a challenge can be answered. */
export const challengeTtl = 300

/** Seconds that a bound cookie outlives its `Max-Age`, for requests under way. */
const grace = 15

/** What the two routes need of the binding. */
export interface Parts {
  readonly ttl: number
  readonly path: string
  readonly boundCookie: SessionCookie
  readonly cookies: Seal<Bound>
  readonly ids: Seal<Bound>
  readonly challenges: Seal<string>
}

/** A request for one of the routes. */
export interface RouteRequest {
  readonly c: Context
  readonly config: Config
  readonly parts: Parts
}

/**
 * Answers a request by one of the routes. A failure is 503, whatever the app's own `onError` would make
 * of it: after a redirect, or a 4xx other than 403, the browser gives the binding up.
 */
export async function answering(
  route: (request: RouteRequest) => Promise<Response>,
  request: RouteRequest,
): Promise<Response> {
  try {
    return await route(request)
  } catch (error) {
    reportFailure(visitOf(request.c, request.config), error)
    return new Response(null, { status: 503, headers: { 'Cache-Control': 'no-store' } })
  }
}

/** Binds the session to the key that the browser has made for it. */
export async function answerRegistration({ c, config, parts }: RouteRequest): Promise<Response> {
  const loaded = await open(c, config)
  const { incoming, state } = loaded
  const proof = parseProof(unquoted(c.req.header('Secure-Session-Response')))
  const binding = incoming.kind === 'live' ? bindingIn(state.data) : null
  if (!binding || !proof?.key || !(await proof.isSignedBy(proof.key))) return refusal()
  const nonce = await parts.challenges.read(proof.challenge, loaded.clock)
  if (nonce !== binding.nonce) return refusal()
  // The browser may repeat itself; nobody else can take a bound session over.
  if (binding.key && !isSameKey(proof.key, binding.key)) return refusal()
  const bound: Bound = { nonce, key: proof.key }
  const { lifetime } = limitsOf(state.policy, state.data)
  const end = state.created + (lifetime ?? maxCookieAge)
  const line = binding.key ? null : await bind(config, loaded, bound)
  return confirmation(parts, { id: await parts.ids.sign(bound, end), bound, line })
}

/** Renews the bound cookie, or ends the binding of a session that is gone. */
export async function answerRefresh({ c, config, parts }: RouteRequest): Promise<Response> {
  const id = unquoted(c.req.header('Sec-Secure-Session-Id'))
  const clock = Date.now() / 1000
  const bound = await parts.ids.read(id, clock)
  if (!bound) return end(id)
  const proof = parseProof(unquoted(c.req.header('Secure-Session-Response')))
  if (!proof || !(await isProven(proof, bound, { parts, clock })))
    return challenge(parts, id, bound)
  const loaded = await open(c, config)
  const { incoming, state } = loaded
  if (isGone(incoming)) return end(id)
  // A request from another site brings no cookie: then the identifier is enough.
  if (incoming.kind !== 'live') return confirmation(parts, { id, bound, line: null })
  const binding = bindingIn(state.data)
  if (binding?.nonce !== bound.nonce) return end(id)
  const line = binding.key ? null : await bind(config, loaded, bound)
  return confirmation(parts, { id, bound, line })
}

type Opened = Loaded & { readonly clock: number; readonly visit: ReturnType<typeof visitOf> }

/** Opens the session without a look at its binding. */
async function open(c: Context, config: Config): Promise<Opened> {
  const visit = visitOf(c, config)
  const header = c.req.header('Cookie') ?? ''
  const unguarded = { ...config, device: undefined }
  const loaded = await load(unguarded, header, { visit, isSeen: () => true })
  return { ...loaded, clock: visit.clock, visit }
}

/** Puts the key into the session. @returns Its `Set-Cookie` line, if it needs one. */
function bind(config: Config, { visit, ...loaded }: Opened, bound: Bound): Promise<string | null> {
  write(loaded.state, deviceKey, formatBinding(bound, Math.floor(Date.now() / 1000)))
  const outcome = { threw: false, isRefused: false, cookie: () => 'free' as const }
  return commit(config, loaded, { visit, outcome })
}

async function isProven(
  proof: Proof,
  { nonce, key }: Bound,
  { parts, clock }: { parts: Parts; clock: number },
): Promise<boolean> {
  return (
    (await parts.challenges.read(proof.challenge, clock)) === nonce && (await proof.isSignedBy(key))
  )
}

function isGone(incoming: Loaded['incoming']): boolean {
  if (incoming.kind === 'ended') return true
  return incoming.kind === 'rejected' && ['unknown', 'expired'].includes(incoming.reason)
}

/** The bound cookie, and what the browser is to do with it. */
async function confirmation(
  { ttl, path, boundCookie, cookies }: Parts,
  { id, bound, line }: { id: string; bound: Bound; line: string | null },
): Promise<Response> {
  const token = await cookies.sign(bound, Math.floor(Date.now() / 1000) + ttl + grace)
  const set = boundCookie.set(token)
  const response = json({
    session_identifier: id,
    refresh_url: `${path}/refresh`,
    scope: { include_site: false },
    credentials: [{ type: 'cookie', name: boundCookie.name, attributes: attributesOf(set) }],
    allowed_refresh_initiators: ['*'],
  })
  response.headers.append('Set-Cookie', set)
  if (line !== null) response.headers.append('Set-Cookie', line)
  return response
}

/** The attributes that the browser compares; the others may change. */
function attributesOf(line: string): string {
  const compared = /^(domain|path|secure|httponly|samesite)/i
  return line
    .split('; ')
    .slice(1)
    .filter((each) => compared.test(each))
    .join('; ')
}

async function challenge({ challenges }: Parts, id: string, { nonce }: Bound): Promise<Response> {
  const token = await challenges.sign(nonce, Math.floor(Date.now() / 1000) + challengeTtl)
  const headers = { 'Secure-Session-Challenge': `"${token}";id="${id}"` }
  return new Response(null, { status: 403, headers: { ...headers, 'Cache-Control': 'no-store' } })
}

function end(id: string): Response {
  return json({ session_identifier: id, continue: false })
}

function refusal(): Response {
  return new Response(null, { status: 400, headers: { 'Cache-Control': 'no-store' } })
}

function json(content: object): Response {
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }
  return new Response(JSON.stringify(content), { headers })
}

/** Chromium sends structured strings without their quotes. */
function unquoted(text = ''): string {
  return text.replace(/^"(.*)"$/, '$1')
}
