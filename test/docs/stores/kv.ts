import { Hono } from 'hono'
import { session } from '../../../src/session/index.ts'
import { kvStore } from '../../../src/session/stores/kv.ts'

interface Bindings {
  SESSION_SECRET: string
  SESSIONS_KV: KVNamespace
}

const app = new Hono<{ Bindings: Bindings }>()
  .use(
    session<{ theme: string }>((c) => ({
      secret: c.env.SESSION_SECRET,
      store: kvStore(c.env.SESSIONS_KV),
    })),
  )
  .get('/', async (c) => c.text((await c.var.session()).get('theme') ?? 'light'))

export default app
