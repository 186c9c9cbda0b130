import { Hono } from 'hono'
import { html } from 'hono/html'
import { csrf, csrfToken, type Session, session } from '../../../src/session/index.ts'
import { durableObjectStore, SessionObject } from '../../../src/session/stores/durable-object.ts'

export { SessionObject } // wrangler finds the class here

interface Data {
  counter: number
}

interface Bindings {
  SESSION_SECRET: string
  SESSIONS: DurableObjectNamespace<SessionObject>
}

function page(name: string, session: Session<Data>) {
  return html`
    <!DOCTYPE html>
    <html lang="en">
      <title>${name}</title>
      ${session.popFlash().map((message) => html`<p role="status">${message}</p>`)}
      <h1>Hi ${name}</h1>
      <p>Count: ${session.update('counter', (n = 0) => n + 1)}</p>
      <form method="post" action="/reset">
        <input type="hidden" name="csrf_token" value="${csrfToken(session)}">
        <button>Start over</button>
      </form>
    </html>
  `
}

const app = new Hono<{ Bindings: Bindings }>()
  .use(
    session<Data>((c) => ({
      secret: c.env.SESSION_SECRET,
      store: durableObjectStore(c.env.SESSIONS),
    })),
  )
  .get('/', async (c) => c.html(page('Home View', await c.var.session())))
  .get('/howdy', async (c) => c.html(page('Hello View', await c.var.session())))
  .post('/reset', csrf(), async (c) => {
    const session = await c.var.session()
    session.delete('counter')
    session.flash('The counter is back to zero.')
    return c.redirect('/', 303)
  })

export default app
