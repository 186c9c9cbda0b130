import { csrf, csrfToken, session, userSessions } from 'edge-session'
import { memoryStore } from 'edge-session/stores/memory'
import { Hono } from 'hono'
import { env } from 'hono/adapter'
import { html } from 'hono/html'
import { checkPassword } from './users.ts'

const days = 24 * 60 * 60

// One process keeps its sessions in memory. An app with several uses a store that they share.
const store = memoryStore()

const app = new Hono()
  .use(
    session((c) => ({
      secret: env<{ SESSION_SECRET: string }>(c).SESSION_SECRET,
      store,
      remember: { timeout: 30 * days, lifetime: 90 * days },
    })),
    csrf(),
  )
  .get('/', async (c) => {
    const session = await c.var.session()
    if (session.user === undefined) return c.redirect('/login', 303)
    const sessions = await userSessions(store).list(session.user)
    return c.html(html`
      <h1>Hello, ${session.user}!</h1>
      <p>You are logged in on ${sessions.length} device(s).</p>
      <form method="post" action="/logout">
        <input type="hidden" name="csrf_token" value="${csrfToken(session)}">
        <button name="everywhere" value="no">Log out</button>
        <button name="everywhere" value="yes">Log out everywhere</button>
      </form>
    `)
  })
  .get('/login', async (c) => {
    const session = await c.var.session()
    return c.html(html`
      <h1>Log in</h1>
      ${session.popFlash().map((message) => html`<p role="status">${message}</p>`)}
      <form method="post">
        <input type="hidden" name="csrf_token" value="${csrfToken(session)}">
        <label>Name <input name="name" autocomplete="username" required></label>
        <label>Password <input name="password" type="password" required></label>
        <label><input type="checkbox" name="remember"> Stay logged in on this device</label>
        <button>Log in</button>
      </form>
      <p>Try ada with the password lovelace.</p>
    `)
  })
  .post('/login', async (c) => {
    const session = await c.var.session()
    const { name, password, remember } = await c.req.parseBody()
    const user = await checkPassword(String(name), String(password))
    if (user === undefined) {
      session.flash('Wrong name or password.')
      return c.redirect('/login', 303)
    }
    session.regenerate() // anyone who knew the old cookie does not share what follows
    session.bind(user)
    session.remember(remember === 'on')
    return c.redirect('/', 303)
  })
  .post('/logout', async (c) => {
    const session = await c.var.session()
    const { everywhere } = await c.req.parseBody()
    if (everywhere === 'yes' && session.user !== undefined) {
      await userSessions(store).endAll(session.user, session)
    }
    session.invalidate()
    session.flash('You are logged out.')
    return c.redirect('/login', 303)
  })

export default app
