import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { csrf, csrfToken, session } from 'edge-session'
import { Hono } from 'hono'
import { env } from 'hono/adapter'
import { html } from 'hono/html'

interface Data {
  items: string[]
}

const htmx = await readFile(fileURLToPath(import.meta.resolve('htmx.org/dist/htmx.min.js')))

const app = new Hono()
  .get('/htmx.js', (c) => c.body(htmx, 200, { 'Content-Type': 'text/javascript' }))
  .use(
    session<Data>((c) => ({ secret: env<{ SESSION_SECRET: string }>(c).SESSION_SECRET })),
    csrf(),
  )
  .get('/', async (c) => {
    const session = await c.var.session()
    // Every request of htmx below carries this header, which csrf() looks for.
    const headers = JSON.stringify({ 'X-CSRF-Token': csrfToken(session) })
    return c.html(html`<!doctype html>
      <script src="/htmx.js"></script>
      <body hx-headers:inherited="${headers}">
        <h1>Shopping list</h1>
        <form hx-post="/items" hx-target="#items">
          <label>Item <input name="item" required></label>
          <button>Add</button>
        </form>
        <ul id="items">${list(session.get('items'))}</ul>
      </body>
    `)
  })
  .post('/items', async (c) => {
    const session = await c.var.session()
    const { item } = await c.req.parseBody()
    const items = session.update('items', (items = []) => [...items, String(item)])
    return c.html(list(items))
  })

function list(items: readonly string[] = []) {
  return html`${items.map((item) => html`<li>${item}</li>`)}`
}

export default app
