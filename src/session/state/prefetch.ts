import type { Context } from 'hono'

const headers = ['Sec-Purpose', 'Purpose', 'X-Sec-Purpose', 'X-Purpose', 'X-Moz']

/**
 * Makes a function that says whether a visitor sees the response, from the request's headers, which it
 * reads once: nobody sees the response to `HEAD`, and perhaps not that to a prefetch.
 *
 * @see https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Purpose
 * @see https://htmx.org/extensions/preload/
 */
export function isSeen(c: Context): () => boolean {
  let seen: boolean | undefined
  return () => {
    seen ??= c.req.method !== 'HEAD' && !isPrefetch(c)
    return seen
  }
}

function isPrefetch({ req }: Context): boolean {
  if (req.header('HX-Preloaded') !== undefined) return true
  return headers.some((name) => /prefetch|preview/i.test(req.header(name) ?? ''))
}
