import { Hono } from 'hono'
import { session } from '../../../src/session/index.ts'
import {
  durableObjectStore,
  type SessionObject,
} from '../../../src/session/stores/durable-object.ts'

interface Data {
  counter: number
}

// #region store
export { SessionObject } from '../../../src/session/stores/durable-object.ts'

interface Bindings {
  SESSION_SECRET: string
  SESSIONS: DurableObjectNamespace<SessionObject>
}

const app = new Hono<{ Bindings: Bindings }>().use(
  session<Data>((c) => ({
    secret: c.env.SESSION_SECRET,
    store: durableObjectStore(c.env.SESSIONS),
  })),
)
// #endregion

app.get('/', async (c) => {
  const session = await c.var.session()
  return c.text(`Count: ${session.update('counter', (n = 0) => n + 1)}`)
})

export default app
