import { Hono } from 'hono'
import { session } from '../../../src/session/index.ts'
import { memoryStore } from '../../../src/session/stores/memory.ts'

const store = memoryStore({ maxEntries: 10_000 }) // made once, outside the options

const app = new Hono<{ Bindings: { SESSION_SECRET: string } }>()
  .use(session<{ counter: number }>((c) => ({ secret: c.env.SESSION_SECRET, store })))
  .get('/', async (c) => {
    const session = await c.var.session()
    return c.text(`Count: ${session.update('counter', (n = 0) => n + 1)}`)
  })

export default app
