import type { Store } from '../store.ts'

/**
 * Sends one command to Redis and resolves with its answer: integers as numbers, strings as strings,
 * arrays as arrays, and nil as `null` or `undefined`. It rejects if Redis answers with an error.
 */
export type RedisSend = (command: [name: string, ...parameters: string[]]) => Promise<unknown>

/** Options of `redisStore()`. */
export interface RedisStoreOptions {
  /**
   * Precedes every key, for a database that others use too.
   *
   * @default ''
   */
  readonly prefix?: string
  /**
   * Seconds until a command that has no answer fails; fractions are allowed.
   *
   * @default 2
   */
  readonly timeout?: number
}

// A Lua script runs as one step: https://redis.io/docs/latest/develop/programmability/eval-intro/
// A missing key is `false` in Lua, as is a value whose flag is not 1.
const swapScript = `local kept = redis.call('GET', KEYS[1])
if kept ~= (ARGV[2] == '1' and ARGV[3]) then return {0, kept} end
if ARGV[4] == '1' then redis.call('SET', KEYS[1], ARGV[5], 'PX', ARGV[1])
else redis.call('DEL', KEYS[1]) end
return {1}`

// One that wrote would be refused (NOREPLICAS, READONLY) just when replicas are behind.
const readScript = "return redis.call('GET', KEYS[1])"

/**
 * Keeps records in Redis 2.6 or later, Valkey, or any server that understands their commands.
 *
 * Each call is one command: `GET` or `EVAL`. A record is never without its expiry. Values are UTF-8:
 * half of a surrogate pair does not survive, and `JSON.stringify` writes none.
 *
 * A client may send `GET` to a replica, which may not have received a new session yet. So a session
 * that `GET` does not find is looked up once more by an `EVAL`, which clients send to the primary, and
 * only then it is unknown. That costs one more command for a cookie whose session has expired, and
 * nothing for visitors with a session or without a cookie. A replica may still return a session that
 * has ended a moment ago; where that matters, let the client send everything to the primary.
 *
 * A command that fails or takes too long is not repeated. It may still be applied later, so let the
 * client not queue commands while it is disconnected, as below; however late, a swap replaces nothing
 * but its `before`. Errors of `ioredis` hold the command with its values: do not log the `cause` of a
 * `StoreError` whole.
 *
 * Records are as durable as the server: after a crash or a failover the last swaps may be undone.
 *
 * @throws {TypeError} When `send` is no function.
 * @throws {RangeError} When `timeout` is no number of seconds that a timer can wait.
 * @see https://redis.io/docs/latest/commands/eval/
 *
 * @example
 * ```ts
 * const client = await createClient({ url, disableOfflineQueue: true }).connect() // redis
 * const store = redisStore((command) => client.sendCommand(command))
 *
 * const client = new Redis(url, { enableOfflineQueue: false }) // ioredis
 * const store = redisStore((command) => client.call(...command))
 *
 * const store = redisStore(async (command) => { // Upstash, or a compatible service
 *   const headers = { Authorization: `Bearer ${token}` }
 *   const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(command) })
 *   const { result } = await response.json()
 *   if (!response.ok || result === undefined) throw new Error(`Redis answered ${response.status}`)
 *   return result
 * })
 * ```
 */
export function redisStore(send: RedisSend, options: RedisStoreOptions = {}): Store {
  const { prefix = '', timeout = 2 } = options
  if (typeof send !== 'function') {
    throw new TypeError('redisStore(): send is no function: give one that sends a command')
  }
  // https://developer.mozilla.org/en-US/docs/Web/API/Window/setTimeout#maximum_delay_value
  if (!(timeout > 0 && timeout * 1000 < 2 ** 31)) {
    throw new RangeError(`redisStore(): timeout is ${timeout}: give seconds above 0, such as 2`)
  }

  const call = (...command: Parameters<RedisSend>[0]) => withDeadline(timeout, () => send(command))

  return {
    async get(key) {
      const value = toValue(await call('GET', prefix + key))
      if (value !== null || !key.startsWith('session:')) return value
      return toValue(await call('EVAL', readScript, '1', prefix + key))
    },
    async swap(key, before, after, ttl) {
      const values = [...flagged(before), ...flagged(after)]
      const milliseconds = String(ttl * 1000)
      const answer = await call('EVAL', swapScript, '1', prefix + key, milliseconds, ...values)
      const [swapped, kept]: unknown[] = Array.isArray(answer) ? answer : []
      if (swapped !== 0 && swapped !== 1) throw unexpected()
      return swapped ? { swapped: true, kept: after } : { swapped: false, kept: toValue(kept) }
    },
  }
}

function flagged(value: string | null): [flag: string, value: string] {
  return value === null ? ['0', ''] : ['1', value]
}

function toValue(answer: unknown): string | null {
  if (typeof answer === 'string') return answer
  if (answer === null || answer === undefined) return null
  throw unexpected()
}

function unexpected(): TypeError {
  return new TypeError('redisStore(): an answer was changed on its way, turn off its parsing')
}

/** Waits for an answer. One that arrives too late is dropped, as is a late failure. */
async function withDeadline<T>(seconds: number, call: () => Promise<T>): Promise<T> {
  let timer!: ReturnType<typeof setTimeout>
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${seconds} s`)), seconds * 1000)
  })
  try {
    return await Promise.race([call(), late])
  } finally {
    clearTimeout(timer)
  }
}
