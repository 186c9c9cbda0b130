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

// What a runtime calls a text by itself: https://fetch.spec.whatwg.org/#concept-bodyinit-extract
const impliedType = 'text/plain;charset=UTF-8'

// To look at a body is free there. Elsewhere it makes a stream of a text.
const isWorkers = 'WebSocketPair' in globalThis

// Bun implies it when it sends, and only as long as nobody looked at the body.
const isBun = 'Bun' in globalThis

/**
 * Makes the response one that depends on a session: kept out of shared caches, with its cookie.
 *
 * What the handler itself said of caching stands, unless the session's cookie is set or may be lost.
 *
 * @param cookie - The `Set-Cookie` line; `null`: none; `undefined`: the session failed.
 * @see https://www.rfc-editor.org/rfc/rfc9111#section-3
 */
export function finish(c: Context, cookie: string | null | undefined): void {
  // A response whose body nobody reads may be a constant of the app that answers other requests, too.
  if (c.req.method === 'HEAD' || !hasBody(c.res)) copyResponse(c)
  try {
    amend(c.res.headers, cookie)
  } catch {
    copyResponse(c) // that of a `fetch()` has immutable headers
    amend(c.res.headers, cookie)
  }
}

/** Tells whether a response has a body. */
function hasBody(response: Response): boolean {
  if (isWorkers) return response.body !== null
  const type = response.headers.get('Content-Type')
  if (type === impliedType && response.status === 200) return true
  if (type !== null || !isBun) return response.body !== null
  const { body } = response.clone()
  void body?.cancel() // or the other half of a stream would never learn that the client has left
  return body !== null
}

function copyResponse(c: Context): void {
  const response = c.res
  c.res = undefined // or Hono would merge the two
  c.res = new Response(c.req.method === 'HEAD' ? null : response.body, response)
}

function amend(headers: Headers, cookie: string | null | undefined): void {
  const vary = headers.get('Vary')
  if (vary === null || !/(^|,)\s*(\*|cookie)\s*(,|$)/i.test(vary)) headers.append('Vary', 'Cookie')

  const cacheControl = headers.get('Cache-Control')
  if (cacheControl === null || (cookie !== null && isShared(cacheControl))) {
    headers.set('Cache-Control', 'private, no-store')
  }
  if (cookie !== null) for (const name of targeted) headers.delete(name)
  if (cookie) headers.append('Set-Cookie', cookie)
}

/** Tells whether a shared cache may store a response; `private="field"` does not forbid it to. */
function isShared(cacheControl: string): boolean {
  const unquoted = cacheControl.replace(/"[^"]*"/g, '""')
  return !/(^|,)\s*(private|no-store)\s*(,|$)/i.test(unquoted)
}
