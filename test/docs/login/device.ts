import { Hono } from 'hono'
import { deviceBinding } from '../../../src/session/device.ts'
import { csrf, session } from '../../../src/session/index.ts'
import {
  durableObjectStore,
  type SessionObject,
} from '../../../src/session/stores/durable-object.ts'

export { SessionObject } from '../../../src/session/stores/durable-object.ts'

interface Bindings {
  SESSION_SECRET: string
  SESSIONS: DurableObjectNamespace<SessionObject>
}

const app = new Hono<{ Bindings: Bindings }>()
  .use(
    session((c) => ({
      secret: c.env.SESSION_SECRET,
      store: durableObjectStore(c.env.SESSIONS),
      device: deviceBinding({ ttl: 600 }),
    })),
    csrf({ token: false }),
  )
  .post('/login', async (c) => {
    const session = await c.var.session()
    session.regenerate() // invites the browser to bind the session
    session.bind('mary')
    return c.redirect('/', 303)
  })
  .get('/', async (c) => c.text((await c.var.session()).user ?? 'nobody'))

export default app
