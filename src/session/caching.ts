// https://www.rfc-editor.org/rfc/rfc9213 and the vendors' own: a cache that reads one of these does
// not look at Cache-Control.
const targeted = [
  'CDN-Cache-Control',
  'Cloudflare-CDN-Cache-Control',
  'Netlify-CDN-Cache-Control',
  'Vercel-CDN-Cache-Control',
  'Surrogate-Control',
]

/**
 * Keeps a response that depends on a session out of shared caches.
 *
 * What the handler itself said of caching stands, unless the response also sets the session's cookie.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9111#section-3
 */
export function guardCaching(headers: Headers, setsCookie: boolean): void {
  const vary = headers.get('Vary')
  if (vary === null || !/(^|,)\s*(\*|cookie)\s*(,|$)/i.test(vary)) headers.append('Vary', 'Cookie')

  const cacheControl = headers.get('Cache-Control')
  if (cacheControl === null || (setsCookie && isShared(cacheControl))) {
    headers.set('Cache-Control', 'private, no-store')
  }
  if (setsCookie) for (const name of targeted) headers.delete(name)
}

/** Tells whether a shared cache may store a response; `private="field"` does not forbid it to. */
function isShared(cacheControl: string): boolean {
  const directives = cacheControl
    .toLowerCase()
    .replace(/"[^"]*"/g, '""')
    .split(',')
    .map((directive) => directive.trim())
  return !directives.includes('private') && !directives.includes('no-store')
}
