import { csrf, csrfToken, session } from 'edge-session'
import { Hono } from 'hono'
import { env } from 'hono/adapter'
import { html } from 'hono/html'

interface Data {
  visits: number
}

const app = new Hono()
  .use(session<Data>((c) => ({ secret: env<{ SESSION_SECRET: string }>(c).SESSION_SECRET })))
  .get('/', async (c) => {
    const session = await c.var.session()
    const visits = session.update('visits', (n = 0) => n + 1)
    return c.html(html`
      ${session.popFlash().map((message) => html`<p role="status">${message}</p>`)}
      <p>Visit ${visits}</p>
      <form method="post" action="/hello">
        <input type="hidden" name="csrf_token" value="${csrfToken(session)}">
        <button>Say hello</button>
      </form>
    `)
  })
  .post('/hello', csrf(), async (c) => {
    const session = await c.var.session()
    session.flash('Hello!')
    return c.redirect('/', 303)
  })

export default app
