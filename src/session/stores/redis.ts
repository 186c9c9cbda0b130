import type { Store } from '../store.ts'

/**
 * Sends one command to Redis and returns its answer: integers as numbers, texts as strings, arrays as
 * arrays, and no answer as `null` or `undefined`. It rejects when Redis answers with an error.
 */
export type RedisSend = (command: [name: string, ...parameters: string[]]) => Promise<unknown>

/** Options of `redisStore()`. */
export interface RedisStoreOptions {
  /**
   * Put before every key, where others use the same database.
   *
   * @default ''
   */
  readonly prefix?: string
  /**
   * Seconds until a call that has no answer fails; fractions are allowed.
   *
   * @default 2
   */
  readonly timeout?: number
}

// A Lua script runs as one step: https://redis.io/docs/latest/develop/programmability/eval-intro/
// A missing key is `false` in Lua, as is a text whose flag is not 1.
const swapScript = `local kept = redis.call('GET', KEYS[1])
if kept ~= (ARGV[2] == '1' and ARGV[3]) then return {0, kept} end
if ARGV[4] == '1' then redis.call('SET', KEYS[1], ARGV[5], 'PX', ARGV[1])
else redis.call('DEL', KEYS[1]) end
return {1}`

/**
 * Keeps entries in Redis 2.6 or later, Valkey, or what speaks their commands.
 *
 * Each call is one command: `GET` or `EVAL`. An entry never stands without its expiry. Texts are
 * UTF-8: half of a surrogate pair does not survive, and `JSON.stringify` writes none.
 *
 * A call that fails or takes too long is not repeated. One that has no answer yet may still be applied:
 * let the client not queue commands while it is disconnected, as below. Late as it is, a swap
 * replaces nothing but its `before`. Errors of `ioredis` hold the command, texts and all: do not log
 * the `cause` of a `StoreError` whole.
 *
 * What is kept is as durable as the server: after a crash or a failover the last swaps may be undone.
 *
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
 * const store = redisStore(async (command) => { // Upstash, or what speaks its protocol
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
  // https://developer.mozilla.org/en-US/docs/Web/API/Window/setTimeout#maximum_delay_value
  if (!(timeout > 0 && timeout * 1000 < 2 ** 31)) {
    throw new RangeError(`redisStore(): timeout is ${timeout}, give seconds above 0, such as 2`)
  }

  const call = (...command: Parameters<RedisSend>[0]) => withDeadline(timeout, () => send(command))

  return {
    async get(key) {
      return text(await call('GET', prefix + key))
    },
    async swap(key, before, after, ttl) {
      const texts = [...flagged(before), ...flagged(after)]
      const milliseconds = String(ttl * 1000)
      const answer = await call('EVAL', swapScript, '1', prefix + key, milliseconds, ...texts)
      const [swapped, kept]: unknown[] = Array.isArray(answer) ? answer : []
      if (swapped !== 0 && swapped !== 1) throw unexpected()
      return swapped ? { swapped: true, kept: after } : { swapped: false, kept: text(kept) }
    },
  }
}

function flagged(value: string | null): [flag: string, text: string] {
  return value === null ? ['0', ''] : ['1', value]
}

function text(answer: unknown): string | null {
  if (typeof answer === 'string') return answer
  if (answer === null || answer === undefined) return null
  throw unexpected()
}

function unexpected(): TypeError {
  return new TypeError('redisStore(): an answer was changed on its way, turn off its parsing')
}

/** Waits for an answer, but not for ever. One that comes too late is dropped, as is its failure. */
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
