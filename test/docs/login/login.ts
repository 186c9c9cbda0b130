import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import { html } from 'hono/html'
import { csrf, csrfToken, type SessionVariables, session } from '../../../src/session/index.ts'
import { d1Store } from '../../../src/session/stores/d1.ts'

interface Data {
  returnTo: string
  loggedInAt: number
}

interface Bindings {
  SESSION_SECRET: string
  SESSIONS_DB: D1Database
}

const app = new Hono<{ Bindings: Bindings }>()
  .use(
    session<Data>((c) => ({ secret: c.env.SESSION_SECRET, store: d1Store(c.env.SESSIONS_DB) })),
    csrf(),
  )
  .get('/login', async (c) => {
    const session = await c.var.session()
    return c.html(html`
      ${session.popFlash().map((message) => html`<p role="alert">${message}</p>`)}
      <form method="post">
        <input type="hidden" name="csrf_token" value="${csrfToken(session)}">
        <label>Name <input name="name" autocomplete="username"></label>
        <label>Password <input name="password" type="password" autocomplete="current-password"></label>
        <button>Log in</button>
      </form>
    `)
  })
  // #region login
  .post('/login', async (c) => {
    const session = await c.var.session()
    const { name, password } = await c.req.parseBody()
    const user = await checkPassword(String(name), String(password))
    if (user === undefined) {
      session.flash('Wrong name or password.')
      return c.redirect('/login', 303)
    }
    session.regenerate() // anyone who knew the old cookie does not share what follows
    session.bind(user)
    session.set('loggedInAt', Date.now())
    const returnTo = session.get('returnTo') ?? '/account'
    session.delete('returnTo')
    return c.redirect(returnTo, 303)
  })
  // #endregion
  // #region logout
  .post('/logout', async (c) => {
    const session = await c.var.session()
    session.invalidate() // data, flash queues, CSRF token, user: all gone
    session.flash('You are logged out.')
    return c.redirect('/login', 303)
  })
// #endregion

// #region guard
const requireUser = createMiddleware<{ Variables: SessionVariables<Data> & { user: string } }>(
  async (c, next) => {
    const session = await c.var.session()
    if (session.user === undefined) {
      if (c.req.method === 'GET') session.set('returnTo', c.req.path)
      return c.redirect('/login', 303)
    }
    c.set('user', session.user)
    await next()
  },
)

app.get('/account', requireUser, (c) => c.text(`Hello, ${c.var.user}!`))
// #endregion

// #region recent
const requireRecentLogin = createMiddleware<{ Variables: SessionVariables<Data> }>(
  async (c, next) => {
    const session = await c.var.session()
    const tenMinutesAgo = Date.now() - 10 * 60 * 1000
    if ((session.get('loggedInAt') ?? 0) < tenMinutesAgo) {
      session.set('returnTo', c.req.path)
      session.flash('Please confirm your password.')
      return c.redirect('/login', 303)
    }
    await next()
  },
)

app.get('/account/password', requireUser, requireRecentLogin, (c) => c.text('New password?'))
// #endregion

/** Stands for your own check, against a slow hash such as scrypt or Argon2. */
async function checkPassword(name: string, password: string): Promise<string | undefined> {
  return password === 'correct horse' ? name : undefined
}

export default app
