import { Hono } from 'hono'
import { csrf, revokeSessions, session } from '../../../src/session/index.ts'
import { d1Store } from '../../../src/session/stores/d1.ts'

interface Bindings {
  SESSION_SECRET: string
  SESSIONS_DB: D1Database
}

const app = new Hono<{ Bindings: Bindings }>()
  .use(
    session((c) => ({
      secret: c.env.SESSION_SECRET, // no `store`: the session is the cookie
      revocations: d1Store(c.env.SESSIONS_DB),
    })),
    csrf({ token: false }),
  )
  .post('/login', async (c) => {
    const session = await c.var.session()
    session.regenerate()
    session.bind('mary') // whose password you have checked
    return c.redirect('/', 303)
  })
  .post('/password', async (c) => {
    const session = await c.var.session()
    if (session.user === undefined) return c.redirect('/login', 303)
    await revokeSessions(d1Store(c.env.SESSIONS_DB), session.user) // every copy of every cookie
    session.bind(session.user) // but this session continues
    return c.redirect('/', 303)
  })
  .get('/', async (c) => c.text((await c.var.session()).user ?? 'nobody'))

export default app
