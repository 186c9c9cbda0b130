import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type RedisSend, redisStore } from '../../../src/session/stores/redis.ts'
import { connectRedis, type RedisPort, serveRest } from '../../../tools/serve/redis-connection.ts'
import {
  freePort,
  hasRedis,
  type RedisServer,
  startRedis,
} from '../../../tools/serve/redis-server.ts'
import { loadContract } from '../../contracts/store/load.ts'
import { storeContract } from '../../contracts/store.ts'
import { usersContract } from '../../contracts/users.ts'

const missing = hasRedis ? '' : ', not tested: this machine has no redis-server'

/** Shortens the ttl of each key, which moves the clock for Redis. */
const passScript = `for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key)
  if left > 0 then redis.call('PEXPIRE', key, left - ARGV[1]) end
end`

describe.skipIf(!hasRedis)(`redisStore()${missing}`, () => {
  const token = 'a token of the test'
  let server: RedisServer
  let raw: RedisPort
  let client: ReturnType<typeof createClient>
  let rest: Awaited<ReturnType<typeof serveRest>>

  beforeAll(async () => {
    server = await startRedis()
    raw = connectRedis(server.port)
    client = createClient({ url: server.url, disableOfflineQueue: true })
    client.on('error', () => undefined) // each call tells of its own
    await client.connect()
    rest = await serveRest(raw.send, token)
  })
  afterAll(async () => {
    rest?.close()
    client?.destroy()
    raw?.close()
    await server?.stop()
  })

  const ports: Record<string, RedisSend> = {
    'the package redis': (command) => client.sendCommand(command),
    'a bare connection': (command) => raw.send(command),
    REST: async (command) => {
      const headers = { Authorization: `Bearer ${token}` }
      const response = await fetch(rest.url, {
        method: 'POST',
        headers,
        body: JSON.stringify(command),
      })
      if (!response.ok) throw new Error(`Redis answered ${response.status}`)
      return ((await response.json()) as { result: unknown }).result
    },
  }

  async function pass(seconds: number): Promise<void> {
    await raw.send(['EVAL', passScript, '0', String(Math.round(seconds * 1000))])
  }

  async function broken() {
    return redisStore(connectRedis(await freePort()).send)
  }

  for (const [name, send] of Object.entries(ports)) {
    storeContract(`through ${name}`, () => redisStore(send), { pass, broken })
    usersContract(`redisStore() through ${name}`, () => redisStore(send))
    loadContract(`redisStore() through ${name}`, () => redisStore(send))
  }

  describe('concurrency', () => {
    const stores = Object.values(ports).map((send) => redisStore(send))

    it('lets one of 201 concurrent swaps from the same value win', async () => {
      const texts = Array.from({ length: 201 }, (_, i) => `text ${i}`)
      const swaps = await Promise.all(
        texts.map((text, i) => stores[i % 3]?.swap('many', null, text, 60)),
      )
      const winners = texts.filter((_, i) => swaps[i]?.swapped)
      expect(winners).toHaveLength(1)
      expect(new Set(swaps.map((swap) => swap?.kept))).toEqual(new Set(winners))
    })

    it('loses none of 225 concurrent increments of three clients', async () => {
      await Promise.all(
        [...stores, ...stores, ...stores].map(async (store) => {
          let before = await store.get('count')
          for (let left = 25; left > 0; ) {
            const { swapped, kept } = await store.swap('count', before, `${Number(before) + 1}`, 60)
            before = kept
            if (swapped) left--
          }
        }),
      )
      expect(await stores[0]?.get('count')).toBe('225')
    })
  })

  describe('commands', () => {
    it('are sent once for each call', async () => {
      const send = vi.fn(raw.send)
      const store = redisStore(send, { prefix: 'shop:' })
      await store.get('commands')
      await store.swap('commands', null, 'one', 60)
      await store.swap('commands', null, 'two', 60)
      await store.swap('commands', 'one', null, 60)
      expect(send.mock.calls.map(([[name]]) => name)).toEqual(['GET', 'EVAL', 'EVAL', 'EVAL'])
    })

    it('set value and expiry together, so that no key lacks an expiry', async () => {
      await raw.send(['CONFIG', 'RESETSTAT'])
      await redisStore(raw.send).swap('expiry', null, 'one', 60)
      const stats = await raw.send(['INFO', 'commandstats'])
      expect(stats).toMatch(/^cmdstat_set:calls=1,/m)
      expect(stats).not.toMatch(/^cmdstat_\w*(expire|getset|setex)/m)
      const left = Number(await raw.send(['PTTL', 'expiry']))
      expect(left).toBeGreaterThan(50_000)
      expect(left).toBeLessThanOrEqual(60_000)
    })

    it('leave expiry to Redis', async () => {
      const store = redisStore(raw.send)
      await store.swap('brief', null, 'one', 1)
      expect(await store.get('brief')).toBe('one')
      await vi.waitFor(async () => expect(await store.get('brief')).toBeNull(), 5000)
    })

    it('prepend the prefix to each key', async () => {
      await redisStore(raw.send, { prefix: 'shop:' }).swap('key', null, 'one', 60)
      expect(await raw.send(['GET', 'shop:key'])).toBe('one')
      expect(await redisStore(raw.send, { prefix: 'club:' }).get('key')).toBeNull()
    })
  })

  describe('reads that a replica answers', () => {
    let replica: RedisServer
    let replicaPort: RedisPort
    beforeAll(async () => {
      replica = await startRedis() // which has not heard of anything yet
      replicaPort = connectRedis(replica.port)
    })
    afterAll(async () => {
      replicaPort?.close()
      await replica?.stop()
    })

    /** Sends as clients with replicas do: commands that read to a replica, others to the primary. */
    const send: RedisSend = (command) => (command[0] === 'GET' ? replicaPort : raw).send(command)

    it('find a session that the replica has not received yet', async () => {
      const store = redisStore(send, { prefix: 'shop:' })
      await store.swap('session:new', null, 'one', 60)
      expect(await store.get('session:new')).toBe('one')
      expect(await store.get('session:unknown')).toBeNull()
    })

    it('find it if the primary refuses writes', async () => {
      await redisStore(raw.send).swap('session:read-only', null, 'one', 60)
      await raw.send(['CONFIG', 'SET', 'min-replicas-to-write', '1'])
      try {
        const store = redisStore(send)
        await expect(store.swap('session:read-only', 'one', 'two', 60)).rejects.toThrow(
          'NOREPLICAS',
        )
        expect(await store.get('session:read-only')).toBe('one')
      } finally {
        await raw.send(['CONFIG', 'SET', 'min-replicas-to-write', '0'])
      }
    })

    it('find it on a server that is read-only', async () => {
      await redisStore(raw.send).swap('session:replica', null, 'one', 60)
      await raw.send(['REPLICAOF', '127.0.0.1', '1'])
      try {
        expect(await redisStore(send).get('session:replica')).toBe('one')
      } finally {
        await raw.send(['REPLICAOF', 'NO', 'ONE'])
      }
    })
  })

  describe('outage', () => {
    it.each(Object.entries(ports))('fails while Redis hangs, through %s', async (name, send) => {
      const store = redisStore(send, { timeout: 0.2 })
      const key = `hangs ${name}`
      await store.swap(key, null, 'before', 60)
      server.hang()
      try {
        await expect(timed(store.get(key))).resolves.toBeGreaterThan(0.15)
        await expect(timed(store.swap(key, 'before', 'after', 60))).resolves.toBeLessThan(1)
      } finally {
        server.resume()
      }
      // The answer was lost, but the swap took place. A retry from the old value sees the new one.
      const patient = redisStore(send)
      expect(await patient.get(key)).toBe('after')
      const again = await patient.swap(key, 'before', 'after', 60)
      expect(again).toEqual({ swapped: false, kept: 'after' })
    })

    it('rejects with the error of Redis', async () => {
      await raw.send(['LPUSH', 'list', 'item'])
      for (const send of Object.values(ports)) {
        const store = redisStore(send)
        await expect(store.get('list')).rejects.toMatchObject({
          message: expect.stringMatching(/WRONGTYPE|answered 400/),
        })
        await expect(store.swap('list', null, 'one', 60)).rejects.toThrow(/WRONGTYPE|answered 400/)
      }
    })

    it('changes nothing if Redis is out of memory, and rejects', async () => {
      const store = redisStore(raw.send)
      await store.swap('full', null, 'one', 60)
      await raw.send(['CONFIG', 'SET', 'maxmemory', '1'])
      try {
        await expect(store.swap('full', 'one', 'two', 60)).rejects.toThrow('OOM')
        expect(await store.get('full')).toBe('one')
      } finally {
        await raw.send(['CONFIG', 'SET', 'maxmemory', '0'])
      }
    })
  })
})

describe('redisStore(), without a Redis', () => {
  const closing: (() => void)[] = []
  afterEach(() => {
    for (const close of closing.splice(0)) close()
    vi.useRealTimers()
  })

  it('fails in time if a server accepts the connection and never answers', async () => {
    const sockets: Socket[] = []
    const server = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address() as { port: number }
    const port = connectRedis(address.port)
    closing.push(
      port.close,
      () => server.close(),
      () => sockets.map((each) => each.destroy()),
    )

    const store = redisStore(port.send, { timeout: 0.2 })
    for (const call of [() => store.get('key'), () => store.swap('key', null, 'one', 60)]) {
      const seconds = await timed(call())
      expect(seconds).toBeGreaterThan(0.15)
      expect(seconds).toBeLessThan(1)
    }
  })

  it('fails at once if nothing listens', async () => {
    const store = redisStore(connectRedis(await freePort()).send)
    await expect(store.get('key')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(await timed(store.swap('key', null, 'one', 60))).toBeLessThan(1)
  })

  it('fails if the client is not connected', async () => {
    const client = createClient({ disableOfflineQueue: true })
    const store = redisStore((command) => client.sendCommand(command))
    await expect(store.get('key')).rejects.toThrow('The client is closed')
  })

  it('fails if a client throws instead of rejecting', async () => {
    const store = redisStore(() => {
      throw new Error('not even a promise')
    })
    await expect(store.get('key')).rejects.toThrow('not even a promise')
  })

  it('waits 2 seconds by default, and leaves no timer behind', async () => {
    vi.useFakeTimers()
    const never = redisStore(() => new Promise(() => undefined))
    const outcome = never.get('key').catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(1999)
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(await outcome).toMatchObject({ message: 'no answer in 2 s' })

    await redisStore(async () => 'text').get('key')
    await redisStore(() => Promise.reject(new Error('down')))
      .get('key')
      .catch(() => undefined)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('handles a rejection that comes after the timeout', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    closing.push(() => process.off('unhandledRejection', unhandled))
    const { promise, reject } = Promise.withResolvers<unknown>()
    await timed(redisStore(() => promise, { timeout: 0.01 }).get('key'))
    reject(new Error('late'))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(unhandled).not.toHaveBeenCalled()
  })

  it.each([[1], [[]], [{}], [Buffer.from('text')], [true]])(
    'refuses %j as a value',
    async (odd) => {
      await expect(redisStore(async () => odd).get('key')).rejects.toThrow(TypeError)
      const swap = redisStore(async () => [0, odd]).swap('key', null, 'one', 60)
      await expect(swap).rejects.toThrow(TypeError)
    },
  )

  it.each([[null], ['OK'], [1], [[]], [['1']]])(
    'refuses %j as the answer to a swap',
    async (odd) => {
      const swap = redisStore(async () => odd).swap('key', null, 'one', 60)
      await expect(swap).rejects.toThrow(TypeError)
    },
  )

  it.each([[null], [undefined]])('reads %j as no value', async (nil) => {
    expect(await redisStore(async () => nil).get('key')).toBeNull()
    const swap = redisStore(async () => [0, nil]).swap('key', 'one', 'two', 60)
    expect(await swap).toEqual({ swapped: false, kept: null })
  })

  it.each([
    ['session:known', ['GET']],
    ['session:missing', ['GET', 'EVAL']],
    ['user:missing', ['GET']],
    ['sessions', ['GET']],
  ])('looks up %s by %j', async (key, names) => {
    const send = vi.fn<RedisSend>(async () => (key === 'session:known' ? 'one' : null))
    await redisStore(send, { prefix: 'session:' }).get(key)
    expect(send.mock.calls.map(([[name]]) => name)).toEqual(names)
  })

  it('fails if a missing session cannot be confirmed', async () => {
    const store = redisStore(async ([name]) => {
      if (name === 'EVAL') throw new Error('primary is down')
      return null
    })
    await expect(store.get('session:missing')).rejects.toThrow('primary is down')
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31 / 1000])(
    'refuses a timeout of %d seconds',
    (timeout) => {
      expect(() => redisStore(async () => null, { timeout })).toThrow(RangeError)
    },
  )
})

/** How many seconds a call took to fail. */
async function timed(call: Promise<unknown>): Promise<number> {
  const start = performance.now()
  await expect(call).rejects.toThrow()
  return (performance.now() - start) / 1000
}
