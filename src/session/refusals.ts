import type { Context } from 'hono'

const refused = new WeakSet<Context>()

/** Notes that a request was refused: its session is neither extended nor tidied up after. */
export function markRefused(c: Context): void {
  refused.add(c)
}

/** Tells whether `markRefused` was called for this request. */
export function isRefused(c: Context): boolean {
  return refused.has(c)
}
