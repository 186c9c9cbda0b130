import { afterAll, beforeAll, describe } from 'vitest'
import { redisStore } from '../../src/session/stores/redis.ts'
import { connectRedis, type RedisPort } from '../../tools/serve/redis-connection.ts'
import { hasRedis, type RedisServer, startRedis } from '../../tools/serve/redis-server.ts'
import { deviceContract } from '../contracts/device.ts'

deviceContract('the cookie, in Node')

describe.skipIf(!hasRedis)(
  hasRedis ? 'with a Redis' : 'not tested: there is no redis-server',
  () => {
    let server: RedisServer
    let port: RedisPort
    beforeAll(async () => {
      server = await startRedis()
      port = connectRedis(server.port)
    })
    afterAll(async () => {
      port?.close()
      await server?.stop()
    })

    deviceContract('Redis', () => redisStore(port.send))
  },
)
