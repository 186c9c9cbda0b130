import { Hono } from 'hono'
import { CookieStore, type Session, sessionMiddleware } from 'hono-sessions'
import { type Env, host, secret } from '../host.ts'
import { type Data, dataOf, message } from '../scenarios.ts'

type Variables = { session: Session<Data & { flash: string }>; session_key_rotation: boolean }

const middleware = sessionMiddleware({
  store: new CookieStore(),
  encryptionKey: secret,
  expireAfterSeconds: 1200,
  cookieOptions: { path: '/', secure: true, httpOnly: true, sameSite: 'Lax' },
})

const app = new Hono<{ Bindings: Env; Variables: Variables }>()
  .use(middleware)
  .get('/untouched', (c) => c.text('ok'))
  .get('/read', (c) => c.text(String(c.var.session.get('counter'))))
  .get('/count', (c) => {
    const { session } = c.var
    session.set('counter', (session.get('counter') ?? 0) + 1)
    return c.text(String(session.get('counter')))
  })
  .get('/flash', (c) => {
    c.var.session.flash('flash', message)
    return c.text('ok')
  })
  .get('/pop', (c) => c.text(c.var.session.get('flash') ?? ''))
  .get('/seed/:bytes', (c) => {
    const { session } = c.var
    const { counter, items } = dataOf(Number(c.req.param('bytes')))
    session.set('counter', counter)
    if (items.length > 0) session.set('items', items)
    if (c.req.query('flash')) session.flash('flash', message)
    return c.text('ok')
  })

export default host(app)
