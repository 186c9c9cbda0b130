import { type SessionOptions, type SessionVariables, session } from '../session/index.ts'
import { type Bindings, ConfigurationError, revocationsOf, storeOf } from './stores.ts'

/** What the site keeps of a visitor. */
export interface SiteData {
  counter: number
  cart: string[]
}

/** The site's flash queues: news and faults, both plain text. */
export interface SiteFlash {
  '': string
  error: string
}

/** What the site's handlers find in `c.env` and `c.var`. */
export interface SiteEnv {
  Bindings: Bindings
  Variables: SessionVariables<SiteData, SiteFlash>
}

/** The session's cookie, by its whole name. */
export const cookieName = '__Host-session'

/** Seconds after which the site forgets: without a visit, and at the latest. */
export const limits = { timeout: 20 * 60, lifetime: 8 * 60 * 60 }

/** Gives the site's requests their session. */
export function sessions() {
  return session<SiteData, SiteFlash>((c) => options(c.env))
}

function options(env: Bindings): SessionOptions<SiteData> {
  if (!env.SESSION_SECRET) {
    throw new ConfigurationError(
      'SESSION_SECRET is not set. Set it with: npx wrangler secret put SESSION_SECRET',
    )
  }
  const store = storeOf(env)
  const where = store ? { store } : {}
  const revoked = store && !store.isEventual ? {} : { revocations: revocationsOf(env) }
  return { secret: env.SESSION_SECRET, ...limits, ...where, ...revoked }
}
