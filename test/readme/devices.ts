import { Hono } from 'hono'
import { csrf, session, userSessions } from '../../src/session/index.ts'
import { d1Store } from '../../src/session/stores/d1.ts'

interface Bindings {
  SESSION_SECRET: string
  SESSIONS_DB: D1Database
}

const app = new Hono<{ Bindings: Bindings }>()
  .use(
    session((c) => ({ secret: c.env.SESSION_SECRET, store: d1Store(c.env.SESSIONS_DB) })),
    csrf({ token: false }),
  )
  .post('/login', async (c) => {
    const session = await c.var.session()
    session.regenerate()
    session.bind('mary') // whose password you have checked
    return c.redirect('/devices', 303)
  })
  .get('/devices', async (c) => {
    const session = await c.var.session()
    if (session.user === undefined) return c.redirect('/login', 303)
    // [{ id, created, seen, current }, …]: times are seconds since the epoch
    return c.json(await userSessions(d1Store(c.env.SESSIONS_DB)).list(session.user, session))
  })
  .post('/devices/end/:id', async (c) => {
    const { user } = await c.var.session()
    if (user) await userSessions(d1Store(c.env.SESSIONS_DB)).end(user, c.req.param('id'))
    return c.redirect('/devices', 303)
  })
  .post('/password', async (c) => {
    const session = await c.var.session()
    if (session.user === undefined) return c.redirect('/login', 303)
    await userSessions(d1Store(c.env.SESSIONS_DB)).endAll(session.user, session)
    return c.redirect('/devices', 303)
  })

export default app
