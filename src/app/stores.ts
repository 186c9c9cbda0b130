import type { Store } from '../session/index.ts'
import { d1Store } from '../session/stores/d1.ts'
import { durableObjectStore } from '../session/stores/durable-object.ts'
import { kvStore } from '../session/stores/kv.ts'
import { ConfigurationError } from './errors.ts'
import { type RedisBindings, siteRedisStore } from './redis.ts'

/** What the Worker is bound to: what wrangler.toml lists, and what only some stores need. */
export type Bindings = Env & RedisBindings

/** Where the site can keep sessions, by what SESSION_STORE calls it; `cookie` is no store at all. */
const stores = {
  cookie: () => undefined,
  kv: (env: Bindings) => kvStore(env.SESSIONS_KV),
  d1: (env: Bindings) => d1Store(env.SESSIONS_DB),
  'durable-object': (env: Bindings) => durableObjectStore(env.SESSIONS),
  redis: siteRedisStore,
}

/**
 * Picks the store that SESSION_STORE names.
 *
 * @throws {ConfigurationError} When there is none of that name, or what it needs is not there.
 */
export function storeOf(env: Bindings): Store | undefined {
  const name = storeName(env)
  if (Object.hasOwn(stores, name)) return stores[name as keyof typeof stores](env)
  throw new ConfigurationError(
    `SESSION_STORE is ${JSON.stringify(name)}. Set it in wrangler.toml to one of: ${Object.keys(stores).join(', ')}`,
  )
}

/** Where the site keeps since when a user's sessions count, where the store cannot list them. */
export function revocationsOf(env: Bindings): Store {
  return kvStore(env.SESSIONS_KV)
}

/** Tells what the store is called. */
export function storeName(env: { SESSION_STORE?: string }): string {
  return env.SESSION_STORE || 'cookie'
}
