import { Hono } from 'hono'
import { session } from '../../src/session/index.ts'

interface Bindings {
  SESSION_SECRET: SecretsStoreSecret
  OLD_SESSION_SECRET?: string
}

const app = new Hono<{ Bindings: Bindings }>()
  .use(
    session<{ counter: number }>((c) => ({
      secret: [() => c.env.SESSION_SECRET.get(), c.env.OLD_SESSION_SECRET],
    })),
  )
  .get('/', async (c) => {
    const session = await c.var.session()
    return c.text(`Count: ${session.update('counter', (n = 0) => n + 1)}`)
  })

export default app
