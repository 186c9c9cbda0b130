import { Hono } from 'hono'
import { createClient } from 'redis'
import { session } from '../../src/session/index.ts'
import { type RedisSend, redisStore } from '../../src/session/stores/redis.ts'

/** Opens a connection for each command: a Worker's sockets end with the request that opened them. */
function connecting(url: string): RedisSend {
  const socket = { connectTimeout: 2000, reconnectStrategy: false } as const
  return async (command) => {
    const client = createClient({ url, socket, disableOfflineQueue: true })
    client.on('error', () => {}) // the command fails as well
    await client.connect()
    try {
      return await client.sendCommand(command)
    } finally {
      client.destroy()
    }
  }
}

const app = new Hono<{ Bindings: { SESSION_SECRET: string; REDIS_URL: string } }>()
  .use(
    session<{ counter: number }>((c) => ({
      secret: c.env.SESSION_SECRET,
      store: redisStore(connecting(c.env.REDIS_URL)),
    })),
  )
  .get('/', async (c) => {
    const session = await c.var.session()
    return c.text(`Count: ${session.update('counter', (n = 0) => n + 1)}`)
  })

export default app
