import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { connectRedis, serveRest } from '../../../tools/serve/redis-connection.ts'
import { hasRedis, startRedis } from '../../../tools/serve/redis-server.ts'
import { startServer } from '../../kit/node/server.ts'
import { createVisitorOf } from '../../kit/site-visitor.ts'

const missing = hasRedis ? '' : ', not tested: this machine has no redis-server'

async function setUp() {
  const redis = await startRedis()
  const port = connectRedis(redis.port)
  const state: { fault?: Error | undefined } = {}
  const token = 'a-token-of-the-test'
  const rest = await serveRest(
    (command) => (state.fault ? Promise.reject(state.fault) : port.send(command)),
    token,
  )
  afterAll(async () => {
    rest.close()
    port.close()
    await redis.stop()
  })
  const vars = { SESSION_STORE: 'redis', REDIS_URL: rest.url }
  return {
    redis,
    port,
    state,
    site: await startServer({ ...vars, REDIS_TOKEN: token }),
    stranger: await startServer({ ...vars, REDIS_TOKEN: 'another-token' }),
  }
}

const { redis, port, state, site, stranger } = hasRedis
  ? await setUp()
  : ({} as Awaited<ReturnType<typeof setUp>>)

describe.skipIf(!hasRedis)(`the site with its sessions in Redis over REST${missing}`, () => {
  afterEach(() => {
    state.fault = undefined
    redis.resume()
  })

  it('continues to count after a restart, and stores no key without an expiry', async () => {
    const visitor = createVisitorOf(site.url)
    expect(await visitor.count('/')).toBe(1)
    await site.restart()
    expect(await visitor.count('/howdy')).toBe(2)
    const keys = (await port.send(['KEYS', '*'])) as string[]
    expect(keys).toEqual([expect.stringMatching(/^session:[\w-]{43}$/)])
    expect(await port.send(['TTL', keys[0] ?? ''])).toBeGreaterThan(1195)
  })

  it('counts 20 concurrent visits', async () => {
    const visitor = createVisitorOf(site.url)
    await visitor.count()
    await Promise.all(Array.from({ length: 20 }, () => visitor.count()))
    expect(await visitor.count()).toBe(22)
  })

  it('names Redis in the inspector', async () => {
    const page = await (await createVisitorOf(site.url).get('/session')).text()
    expect(page).toContain('<dd>redis</dd>')
  })

  function breakDown(): void {
    state.fault = new Error('OOM command not allowed')
  }

  it.each([
    ['hangs', () => redis.hang()],
    ['answers with an error', breakDown],
  ])('answers 503 while Redis %s, and continues the session afterward', async (_, fail) => {
    const visitor = createVisitorOf(site.url)
    expect(await visitor.count()).toBe(1)
    fail()
    const began = Date.now()
    const answer = await visitor.get('/')
    expect(answer.status).toBe(503)
    expect(await answer.text()).toContain('<h1>Not available</h1>')
    expect(visitor.setCookies).toEqual([])
    expect(Date.now() - began).toBeLessThan(5000)
    state.fault = undefined
    redis.resume()
    expect(await visitor.count()).toBe(2)
  })

  it('answers 503 if Redis refuses the token', async () => {
    expect((await createVisitorOf(stranger.url).get('/')).status).toBe(503)
  })
})
