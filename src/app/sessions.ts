import {
  type RejectReason,
  type Session,
  type SessionOptions,
  type SessionVariables,
  session,
} from '../session/index.ts'
import type { Refused } from './forms.ts'
import type { Attempt } from './model/breaking.ts'
import type { CartNews } from './model/cart.ts'
import type { Login } from './model/login.ts'
import { type Bindings, ConfigurationError, explain, revocationsOf, storeOf } from './stores.ts'

/** What the site stores about a visitor. */
export interface SiteData {
  counter: number
  cart: string[]
  login: Login
  /** When the cart last showed news, in seconds since the epoch: the page after it says where it was. */
  shownAt: number
}

/** The site's flash queues. */
export interface SiteFlash {
  /** News, shown by the next page. */
  '': string
  /** Errors, likewise. */
  error: string
  /** Changes of the cart. */
  cart: CartNews
  /** The text of a field of this name that was not accepted. */
  item: Refused
  name: Refused
  /** A forgery that a visitor tried. */
  attempt: Attempt
}

export type SiteSession = Session<SiteData, SiteFlash>

/** What the site's handlers find in `c.env` and `c.var`. */
export interface SiteEnv {
  Bindings: Bindings
  Variables: SessionVariables<SiteData, SiteFlash> & {
    /** Why the cookie that was sent was not honored. */
    rejected?: RejectReason
  }
}

const hour = 60 * 60

/** Seconds after which a session ends: without a visit, and in any case. */
const limits = {
  timeout: hour / 3,
  lifetime: 8 * hour,
  remember: { timeout: 30 * 24 * hour, lifetime: 90 * 24 * hour },
}

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
  const revocations = store && !store.isEventual ? undefined : revocationsOf(env)
  return {
    secret: env.SESSION_SECRET,
    ...limits,
    ...where,
    ...(revocations && { revocations }),
    onReject: (reason, c) => c.set('rejected', reason),
    onEvent(event) {
      // One that fails the request is logged with it.
      if (event.type === 'store-error' && !event.failed) console.error(explain(event.error))
    },
  }
}
