import type { Context } from 'hono'
import { shown } from './refusal.ts'

/** The options of `csrf()` that say which origins may send requests. */
export interface OriginPolicy {
  readonly origins: readonly string[]
  readonly token: boolean
}

/**
 * Checks `Origin` and `Sec-Fetch-Site`: each one that is sent must say that the request is our own.
 *
 * @returns What is wrong, for the log, or `null`.
 */
export function foreignOrigin(c: Context, { origins, token }: OriginPolicy): string | null {
  const origin = c.req.header('Origin')
  const site = c.req.header('Sec-Fetch-Site')
  if (origin !== undefined && origins.includes(origin)) return null
  const isSameOrigin = site === 'same-origin' || site === 'none'
  // A page with `Referrer-Policy: no-referrer` has the origin `null`.
  if (origin !== undefined && !(origin === 'null' && isSameOrigin)) {
    const own = new URL(c.req.url).origin
    if (origin !== own) {
      return `Origin ${shown(origin)} is not ${shown(own)}: a proxy ends TLS? See \`origins\``
    }
  }
  if (isSameOrigin || (site === undefined && (origin !== undefined || token))) return null
  return `Sec-Fetch-Site is ${shown(site ?? 'not sent')}`
}
