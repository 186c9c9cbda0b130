// Remix's session and cookie, with what its middleware does around a route.
import { createCookie } from '@remix-run/cookie'
import type { Session } from '@remix-run/session'
import { createCookieSessionStorage } from '@remix-run/session/cookie-storage'
import { Hono } from 'hono'
import { type Env, host, secret } from '../host.ts'
import { dataOf, message } from '../scenarios.ts'

const cookie = createCookie('__Host-session', {
  secrets: [secret],
  path: '/',
  secure: true,
  httpOnly: true,
  sameSite: 'Lax',
})
const storage = createCookieSessionStorage()

const app = new Hono<{ Bindings: Env; Variables: { session: Session } }>()
  .use(async (c, next) => {
    const session = await storage.read(await cookie.parse(c.req.header('Cookie') ?? null))
    c.set('session', session)
    await next()
    const value = await storage.save(session)
    if (value !== null) c.header('Set-Cookie', await cookie.serialize(value), { append: true })
  })
  .get('/untouched', (c) => c.text('ok'))
  .get('/read', (c) => c.text(String(c.var.session.get('counter'))))
  .get('/count', (c) => {
    const { session } = c.var
    session.set('counter', Number(session.get('counter') ?? 0) + 1)
    return c.text(String(session.get('counter')))
  })
  .get('/flash', (c) => {
    c.var.session.flash('flash', message)
    return c.text('ok')
  })
  .get('/pop', (c) => c.text(String(c.var.session.get('flash') ?? '')))
  .get('/seed/:bytes', (c) => {
    const { session } = c.var
    const { counter, items } = dataOf(Number(c.req.param('bytes')))
    session.set('counter', counter)
    if (items.length > 0) session.set('items', items)
    if (c.req.query('flash')) session.flash('flash', message)
    return c.text('ok')
  })

export default host(app)
