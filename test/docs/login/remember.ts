import { Hono } from 'hono'
import { html } from 'hono/html'
import { csrf, csrfToken, session } from '../../../src/session/index.ts'
import { d1Store } from '../../../src/session/stores/d1.ts'

interface Bindings {
  SESSION_SECRET: string
  SESSIONS_DB: D1Database
}

const days = 24 * 60 * 60

const app = new Hono<{ Bindings: Bindings }>()
  .use(
    session((c) => ({
      secret: c.env.SESSION_SECRET,
      store: d1Store(c.env.SESSIONS_DB),
      remember: { timeout: 30 * days, lifetime: 90 * days },
    })),
    csrf(),
  )
  .get('/login', async (c) => {
    const session = await c.var.session()
    return c.html(html`
      <form method="post">
        <input type="hidden" name="csrf_token" value="${csrfToken(session)}">
        <label>Name <input name="name" autocomplete="username"></label>
        <label><input type="checkbox" name="remember"> Stay logged in on this device</label>
        <button>Log in</button>
      </form>
    `)
  })
  .post('/login', async (c) => {
    const session = await c.var.session()
    const { name, remember } = await c.req.parseBody()
    session.regenerate()
    session.bind(String(name)) // whose password you have checked
    session.remember(remember === 'on') // without it the cookie ends with the browser
    return c.redirect('/', 303)
  })
  .get('/', async (c) => {
    const { user, remembered } = await c.var.session()
    return c.json({ user, remembered })
  })

export default app
