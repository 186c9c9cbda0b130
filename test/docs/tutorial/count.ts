import { Hono } from 'hono'
import { html } from 'hono/html'
import { session } from '../../../src/session/index.ts'

interface Data {
  counter: number
}

const page = (name: string, counter: number) => html`
  <!DOCTYPE html>
  <html lang="en">
    <title>${name}</title>
    <h1>Hi ${name}</h1>
    <p>Count: ${counter}</p>
  </html>
`

const app = new Hono<{ Bindings: { SESSION_SECRET: string } }>()
  .use(session<Data>((c) => ({ secret: c.env.SESSION_SECRET })))
  .get('/', async (c) => {
    const session = await c.var.session()
    return c.html(
      page(
        'Home View',
        session.update('counter', (n = 0) => n + 1),
      ),
    )
  })
  .get('/howdy', async (c) => {
    const session = await c.var.session()
    return c.html(
      page(
        'Hello View',
        session.update('counter', (n = 0) => n + 1),
      ),
    )
  })

export default app
