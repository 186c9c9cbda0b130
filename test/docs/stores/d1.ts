import { Hono } from 'hono'
import { session } from '../../../src/session/index.ts'
import { d1Store, sweepD1 } from '../../../src/session/stores/d1.ts'

interface Bindings {
  SESSION_SECRET: string
  SESSIONS_DB: D1Database
}

const app = new Hono<{ Bindings: Bindings }>()
  .use(
    session<{ counter: number }>((c) => ({
      secret: c.env.SESSION_SECRET,
      store: d1Store(c.env.SESSIONS_DB),
    })),
  )
  .get('/', async (c) => {
    const session = await c.var.session()
    return c.text(`Count: ${session.update('counter', (n = 0) => n + 1)}`)
  })

export default {
  fetch: app.fetch,
  // Deletes what has expired, by a cron trigger such as "17 * * * *".
  async scheduled(_event, env) {
    await sweepD1(env.SESSIONS_DB)
  },
} satisfies ExportedHandler<Bindings>
