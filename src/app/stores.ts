import type { Store } from '../session/index.ts'
import { d1Store } from '../session/stores/d1.ts'
import { durableObjectStore } from '../session/stores/durable-object-client.ts'
import { kvStore } from '../session/stores/kv.ts'
import { type RedisSend, redisStore } from '../session/stores/redis.ts'

/** The Worker's bindings: those in wrangler.toml, and those that only some stores need. */
export type Bindings = Env & RedisBindings & ServerBindings

/** What src/servers binds on Node, Deno and Bun, where one process makes its stores once. */
export interface ServerBindings {
  /** Where sessions live, whatever SESSION_STORE calls it. */
  readonly SERVER_STORE?: Store | undefined
  /** Takes the place of KV in `revocationsOf()`. */
  readonly SERVER_REVOCATIONS?: Store
}

/** What `SESSION_STORE = "redis"` needs besides wrangler.toml. */
interface RedisBindings {
  /** Where Redis answers over HTTP, as Upstash does. */
  readonly REDIS_URL?: string
  readonly REDIS_TOKEN?: string
}

/** Where the site can keep sessions, by their names in SESSION_STORE; `cookie` is no store at all. */
const stores = {
  cookie: () => undefined,
  kv: (env: Bindings) => kvStore(env.SESSIONS_KV),
  d1: (env: Bindings) => d1Store(env.SESSIONS_DB),
  'durable-object': (env: Bindings) => durableObjectStore(env.SESSIONS),
  redis: siteRedisStore,
}

/** The Worker's configuration cannot work. The message says what to do, and contains no secret. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError'
}

/**
 * Picks the store that SESSION_STORE names.
 *
 * @throws {ConfigurationError} When there is no store of that name, or a binding that it needs is missing.
 */
export function storeOf(env: Bindings): Store | undefined {
  if (env.SERVER_STORE) return env.SERVER_STORE
  const name = storeName(env)
  if (Object.hasOwn(stores, name)) return stores[name as keyof typeof stores](env)
  throw new ConfigurationError(
    `SESSION_STORE is ${JSON.stringify(name)}. Set it in wrangler.toml to one of: ${Object.keys(stores).join(', ')}`,
  )
}

/**
 * Says what went wrong and what to do about it, to the operator of the site. Of a store's error it takes the
 * message only: the rest may contain a session.
 */
export function explain({ message, cause }: Error): string {
  const why = cause instanceof Error ? `${message}. Caused by: ${cause.message}` : message
  if (!/no such table/.test(why)) return why
  return `${why}. D1 has no table yet. Run: npx wrangler d1 migrations apply SESSIONS_DB --local`
}

/**
 * Where the site keeps the moment since when a user's sessions count, if the store cannot list them.
 * Without KV nobody can log in, and the other pages work.
 */
export function revocationsOf(env: Partial<Bindings>): Store | undefined {
  const { SERVER_REVOCATIONS, SESSIONS_KV } = env
  return SERVER_REVOCATIONS ?? (SESSIONS_KV && kvStore(SESSIONS_KV))
}

/** The name of the store. */
export function storeName(env: { SESSION_STORE?: string }): string {
  return env.SESSION_STORE || 'cookie'
}

/**
 * Keeps sessions in the Redis that REDIS_URL and REDIS_TOKEN name.
 *
 * It is reached by REST, for which `fetch` is enough. A client that speaks TCP would make the Worker
 * almost five times as large; docs/guides/choose-a-store.md shows an app that has one.
 *
 * @throws {ConfigurationError} When they are missing, or the URL is not one for REST.
 */
function siteRedisStore({ REDIS_URL, REDIS_TOKEN }: RedisBindings): Store {
  if (!REDIS_URL) throw missing('REDIS_URL')
  if (!isRest(REDIS_URL)) {
    throw new ConfigurationError(
      'REDIS_URL is not the https: address of a Redis that answers by REST, as those of Upstash do. ' +
        'For a redis: or rediss: address see "Redis over TCP" in docs/guides/choose-a-store.md',
    )
  }
  if (!REDIS_TOKEN) throw missing('REDIS_TOKEN')
  // The runtime would log a token that is invalid in a header, in a warning.
  if (!/^[!-~]+$/.test(REDIS_TOKEN)) {
    throw new ConfigurationError('REDIS_TOKEN contains spaces or characters that no token has')
  }
  return redisStore(rest(REDIS_URL, REDIS_TOKEN))
}

/** Over plain http anyone on the way could read the token, so it must not leave the machine. */
function isRest(url: string): boolean {
  const { protocol, hostname, username, password } = URL.parse(url) ?? {}
  if (username || password) return false // `fetch` refuses such an address
  return (
    protocol === 'https:' ||
    (protocol === 'http:' && /^(localhost|127\.0\.0\.1)$/.test(hostname ?? ''))
  )
}

/** https://upstash.com/docs/redis/features/restapi */
function rest(url: string, token: string): RedisSend {
  const headers = { Authorization: `Bearer ${token}` }
  return async (command) => {
    const body = JSON.stringify(command)
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual' })
    const answer: unknown = await response.json().catch(() => null)
    if (response.ok && typeof answer === 'object' && answer && 'result' in answer) {
      return answer.result
    }
    // Its error messages contain the command, and with it the session.
    throw new Error(`Redis answered ${response.status} without a result`)
  }
}

function missing(name: string): ConfigurationError {
  return new ConfigurationError(
    `${name} is not set. Set it with: npx wrangler secret put ${name}, ` +
      `or for development with: npm run dev -- --var ${name}:…`,
  )
}
