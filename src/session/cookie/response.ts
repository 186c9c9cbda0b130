import type { Context } from 'hono'

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

// Bun adds the Content-Type of a string when it sends it, and only if nobody has looked at the body.
const isBun = 'Bun' in globalThis

/**
 * Marks the response that is being made as one visitor's, so that middleware between `session()` and
 * the handler, such as Hono's `cache()`, sees it too. What was set before gives way; what the handler
 * sets afterwards stands.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9111#section-3
 */
export function markPrivate(c: Context): void {
  if (c.finalized) return // finish() will see to it
  c.header('Cache-Control', unshared)
  c.header('Vary', 'Cookie', { append: true })
  for (const name of targeted) c.header(name, undefined)
}

/**
 * Completes a response that depends on a session: kept out of shared caches, with its cookie.
 *
 * What the handler itself said of caching stands, unless the session's cookie is set or may be lost.
 *
 * @param cookie - The `Set-Cookie` line; `null`: none; `undefined`: the session failed.
 */
export function finish(c: Context, cookie: string | null | undefined): void {
  if (isComplete(c.res.headers, cookie)) return
  // A response without a body of its own may be a constant of the app that answers other requests.
  if (c.req.method === 'HEAD' || !hasUnreadBody(c.res)) copyResponse(c)
  try {
    complete(c.res.headers, cookie)
  } catch {
    copyResponse(c) // that of a `fetch()` has immutable headers
    complete(c.res.headers, cookie)
  }
}

function isComplete(headers: Headers, cookie: string | null | undefined): boolean {
  return cookie === null && headers.has('Cache-Control') && variesByCookie(headers.get('Vary'))
}

/** Whether a response has a body that nobody has read, so that it cannot be sent twice. */
function hasUnreadBody(response: Response): boolean {
  if (!isBun || response.headers.has('Content-Type')) {
    return response.body !== null && !response.bodyUsed
  }
  if (response.bodyUsed) return false
  const { body } = response.clone()
  void body?.cancel() // or the other half of a stream would never learn that the client has left
  return body !== null
}

function copyResponse(c: Context): void {
  const response = c.res
  c.res = undefined // or Hono would merge the two
  c.res = new Response(c.req.method === 'HEAD' ? null : response.body, response)
}

function complete(headers: Headers, cookie: string | null | undefined): void {
  if (!variesByCookie(headers.get('Vary'))) headers.append('Vary', 'Cookie')

  const cacheControl = headers.get('Cache-Control')
  if (cacheControl === null || (cookie !== null && isShared(cacheControl))) {
    headers.set('Cache-Control', unshared)
  }
  if (cookie !== null) for (const name of targeted) headers.delete(name)
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
