import type { Context } from 'hono'
import { SessionError } from '../errors.ts'

// https://www.rfc-editor.org/rfc/rfc9213 and the vendors' own: a cache that reads one of these does
// not look at Cache-Control.
const targeted = [
  'CDN-Cache-Control',
  'Cloudflare-CDN-Cache-Control',
  'Netlify-CDN-Cache-Control',
  'Vercel-CDN-Cache-Control',
  'Surrogate-Control',
]

const unshared = 'private, no-store'

const isBun = 'Bun' in globalThis

/**
 * Marks the response that is being made as one visitor's, so that middleware between `session()` and
 * the handler, such as Hono's `cache()`, sees it too. What was set before gives way; what the handler
 * sets afterward stands.
 *
 * @param isFirst - Whether the request has marked nothing yet.
 * @see https://www.rfc-editor.org/rfc/rfc9111#section-3
 */
export function markPrivate(c: Context, isFirst: boolean): void {
  // finish() completes a response that was made before, but not the page of an error that follows it.
  if (c.finalized && !c.error) return
  c.header('Cache-Control', unshared)
  if (isFirst) c.header('Vary', 'Cookie', { append: true })
  for (const name of targeted) c.header(name, undefined)
}

/**
 * Completes a response that depends on a session: keeps it out of shared caches, and adds the cookie.
 *
 * Caching headers that the handler set stand if it knew of the session, unless the cookie is set or
 * may be lost.
 *
 * @param cookie - The `Set-Cookie` line; `null`: none; `undefined`: the session failed.
 * @param isLate - Whether the session was opened when the response had been made already.
 */
export function finish(c: Context, cookie: string | null | undefined, isLate = false): void {
  if (c.res.status === 101 || (!isLate && isComplete(c.res.headers, cookie))) return
  // Always a copy: it may be a constant of the app, which would carry the cookie to other visitors, or
  // come from a `fetch()`, with immutable headers.
  copyResponse(c)
  complete(c.res.headers, cookie, isLate)
}

/** @throws {SessionError} When a response cannot have headers. */
export function assertHeaders({ status }: Response): void {
  if (status !== 0) return
  throw new SessionError(
    'session: Response.error() carries no headers to keep the session: return a Response with a status',
  )
}

/** @throws {SessionError} When a response, perhaps a constant of the app, has no body to send any more. */
export function assertUnsent({ req, res }: Context): void {
  if (req.method === 'HEAD' || !res.bodyUsed) return
  throw new SessionError('session: this body was sent before: make a Response for each request')
}

/** Keeps the headers of a response that failed off the error page, except the cookies of others. */
export function dropHeaders(c: Context): void {
  const cookies = c.res.headers.getSetCookie()
  c.res = undefined
  c.res = new Response(null) // drops what `c.header()` prepared as well
  for (const line of cookies) c.res.headers.append('Set-Cookie', line)
}

function isComplete(headers: Headers, cookie: string | null | undefined): boolean {
  return cookie === null && headers.has('Cache-Control') && variesByCookie(headers.get('Vary'))
}

/** Bun adds the Content-Type of a string when it sends it, unless the body has been accessed. */
function isUntyped(response: Response): boolean {
  return isBun && !response.headers.has('Content-Type') && !response.bodyUsed
}

function copyResponse(c: Context): void {
  const response = c.res
  c.res = undefined // or Hono would merge the two
  if (c.req.method === 'HEAD') c.res = new Response(null, response)
  else if (isUntyped(response)) c.res = takeClone(response)
  else c.res = new Response(response.body, response)
}

function takeClone(response: Response): Response {
  const clone = response.clone()
  void response.body?.cancel() // or a stream would be kept in memory for it
  return clone
}

function complete(headers: Headers, cookie: string | null | undefined, isLate: boolean): void {
  if (!variesByCookie(headers.get('Vary'))) headers.append('Vary', 'Cookie')

  const cacheControl = headers.get('Cache-Control')
  if (cacheControl === null || isLate || (cookie !== null && isShared(cacheControl))) {
    headers.set('Cache-Control', unshared)
  }
  if (isLate || cookie !== null) for (const name of targeted) headers.delete(name)
  if (cookie) headers.append('Set-Cookie', cookie)
}

function variesByCookie(vary: string | null): boolean {
  return vary !== null && /(^|,)\s*(\*|cookie)\s*(,|$)/i.test(vary)
}

/** Whether a shared cache may store a response; `private="field"` does not forbid it to. */
function isShared(cacheControl: string): boolean {
  const unquoted = cacheControl.replace(/"[^"]*"/g, '""')
  return !/(^|,)\s*(private|no-store)\s*(,|$)/i.test(unquoted)
}

const claimed = Symbol('cookies of sessions')

/**
 * Makes sure that two sessions of one request do not overwrite each other's cookie.
 *
 * @returns How many sessions the request has opened.
 * @throws {TypeError} When both have the same name.
 */
export function claimCookie(c: Context, cookieName: string): number {
  const claims: Context & { [claimed]?: string[] } = c
  claims[claimed] ??= []
  if (claims[claimed].includes(cookieName)) {
    throw new TypeError(`session(): two sessions use ${cookieName}: give one another cookie.name`)
  }
  return claims[claimed].push(cookieName)
}
