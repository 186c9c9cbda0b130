import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { connectRedis } from '../../../tools/serve/redis-connection.ts'
import { freePort, hasRedis, startRedis } from '../../../tools/serve/redis-server.ts'
import { startServer } from '../../kit/node/server.ts'
import { createVisitorOf } from '../../kit/site-visitor.ts'

const missing = hasRedis ? '' : ', not tested: this machine has no redis-server'

async function setUp() {
  const redis = await startRedis()
  const port = connectRedis(redis.port)
  afterAll(async () => {
    port.close()
    await redis.stop()
  })
  const config = 'test/node/redis-worker/wrangler.toml'
  const nowhere = `redis://127.0.0.1:${await freePort()}`
  return {
    redis,
    port,
    worker: await startServer({ REDIS_URL: redis.url }, config),
    lost: await startServer({ REDIS_URL: nowhere }, config),
  }
}

const { redis, port, worker, lost } = hasRedis
  ? await setUp()
  : ({} as Awaited<ReturnType<typeof setUp>>)

describe.skipIf(!hasRedis)(`a Worker that connects to Redis over TCP${missing}`, () => {
  afterEach(() => redis.resume())

  async function connections(): Promise<number> {
    const info = String(await port.send(['INFO', 'clients']))
    return Number(/connected_clients:(\d+)/.exec(info)?.[1]) - 1
  }

  it('continues to count after a restart', async () => {
    const visitor = createVisitorOf(worker.url)
    expect(await visitor.count()).toBe(1)
    expect(await visitor.count()).toBe(2)
    await worker.restart()
    expect(await visitor.count()).toBe(3)
  })

  it('counts 20 concurrent visits, and leaves no connection open', async () => {
    const visitor = createVisitorOf(worker.url)
    await visitor.count()
    await Promise.all(Array.from({ length: 20 }, () => visitor.count()))
    expect(await visitor.count()).toBe(22)
    await expect.poll(connections).toBe(0)
  })

  it('answers 503 while Redis hangs, and continues the session afterward', async () => {
    const visitor = createVisitorOf(worker.url)
    expect(await visitor.count()).toBe(1)
    redis.hang()
    const began = Date.now()
    expect((await visitor.get('/')).status).toBe(503)
    expect(Date.now() - began).toBeLessThan(5000)
    expect(visitor.setCookies).toEqual([])
    redis.resume()
    expect(await visitor.count()).toBe(2)
    await expect.poll(connections).toBe(0)
  })

  it('answers 503 at once if nothing listens', async () => {
    const began = Date.now()
    expect((await createVisitorOf(lost.url).get('/')).status).toBe(503)
    expect(Date.now() - began).toBeLessThan(1900)
  })
})
