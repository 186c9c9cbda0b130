import { afterAll, describe } from 'vitest'
import { redisStore } from '../../../src/session/stores/redis.ts'
import { connectRedis } from '../../../tools/serve/redis-connection.ts'
import { hasRedis, startRedis } from '../../../tools/serve/redis-server.ts'
import { endingsContract } from '../../contracts/endings.ts'

const missing = hasRedis ? '' : ', not tested: this machine has no redis-server'

const server = hasRedis ? await startRedis() : undefined
const port = connectRedis(server?.port ?? 0)
afterAll(async () => {
  port.close()
  await server?.stop()
})

describe.skipIf(!hasRedis)(`redisStore()${missing}`, () => {
  endingsContract('redisStore()', () => redisStore((command) => port.send(command)))
})
