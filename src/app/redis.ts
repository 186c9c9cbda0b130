import type { Store } from '../session/index.ts'
import { type RedisSend, redisStore } from '../session/stores/redis.ts'
import { ConfigurationError } from './errors.ts'

/** What `SESSION_STORE = "redis"` needs besides wrangler.toml. */
export interface RedisBindings {
  /** Where Redis answers over HTTP, as Upstash does. */
  readonly REDIS_URL?: string
  readonly REDIS_TOKEN?: string
}

/**
 * Keeps sessions in the Redis that REDIS_URL and REDIS_TOKEN name.
 *
 * It is reached by REST, for which `fetch` is enough. A client that speaks TCP would make the Worker
 * almost five times as large; README.md shows an app that has one.
 *
 * @throws {ConfigurationError} When they name none, or one that is reached in another way.
 */
export function siteRedisStore({ REDIS_URL, REDIS_TOKEN }: RedisBindings): Store {
  if (!REDIS_URL) throw missing('REDIS_URL')
  if (!isRest(REDIS_URL)) {
    throw new ConfigurationError(
      'REDIS_URL is not the https: address of a Redis that answers by REST, as those of Upstash do. ' +
        'README.md shows under "Redis over TCP" what a redis: or rediss: address takes',
    )
  }
  if (!REDIS_TOKEN) throw missing('REDIS_TOKEN')
  // The runtime would log one that does not fit into a header, as a warning.
  if (!/^[!-~]+$/.test(REDIS_TOKEN)) {
    throw new ConfigurationError('REDIS_TOKEN holds spaces or characters that no token has')
  }
  return redisStore(rest(REDIS_URL, REDIS_TOKEN))
}

/** Over plain http anybody on the way could read the token, so it must not leave the machine. */
function isRest(url: string): boolean {
  const { protocol, hostname, username, password } = URL.parse(url) ?? {}
  if (username || password) return false // `fetch` takes no such address
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
    // What it says of an error holds the command, and with it the session.
    throw new Error(`Redis answered ${response.status} without a result`)
  }
}

function missing(name: string): ConfigurationError {
  return new ConfigurationError(
    `${name} is not set. Set it with: npx wrangler secret put ${name}, ` +
      `or for development with: npm run dev -- --var ${name}:…`,
  )
}
