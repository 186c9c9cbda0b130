import { Hono } from 'hono'
import { session } from '../../../src/session/index.ts'
import { type RedisSend, redisStore } from '../../../src/session/stores/redis.ts'

/** Sends commands by REST, as Upstash offers it. */
function overRest(url: string, token: string): RedisSend {
  const headers = { Authorization: `Bearer ${token}` }
  return async (command) => {
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(command) })
    const { result, error } = await response.json<{ result?: unknown; error?: string }>()
    if (error !== undefined) throw new Error(error)
    return result
  }
}

const app = new Hono<{ Bindings: { SESSION_SECRET: string; URL: string; TOKEN: string } }>()
  .use(
    session<{ counter: number }>((c) => ({
      secret: c.env.SESSION_SECRET,
      store: redisStore(overRest(c.env.URL, c.env.TOKEN)),
    })),
  )
  .get('/', async (c) => {
    const session = await c.var.session()
    return c.text(`Count: ${session.update('counter', (n = 0) => n + 1)}`)
  })

export default app
