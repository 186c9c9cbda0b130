import { Hono } from 'hono'
import { html } from 'hono/html'
import { csrf, csrfToken, session } from '../../src/session/index.ts'
import { durableObjectStore, type SessionObject } from '../../src/session/stores/durable-object.ts'

interface Data {
  cart: { [product: string]: number }
}

interface Bindings {
  SESSION_SECRET: string
  SESSIONS: DurableObjectNamespace<SessionObject>
}

const products = new Map([
  ['tea', 'Tea'],
  ['milk', 'Oat milk'],
])

const app = new Hono<{ Bindings: Bindings }>()
  .use(
    session<Data>((c) => ({
      secret: c.env.SESSION_SECRET,
      store: durableObjectStore(c.env.SESSIONS),
    })),
    csrf(),
  )
  .get('/cart', async (c) => {
    const session = await c.var.session()
    const items = Object.entries(session.get('cart') ?? {})
    return c.html(html`
      ${session.popFlash().map((message) => html`<p role="status">${message}</p>`)}
      <ul>
        ${items.map(([product, count]) => html`<li>${count} × ${products.get(product)}</li>`)}
      </ul>
      <form method="post" action="/cart">
        <input type="hidden" name="csrf_token" value="${csrfToken(session)}">
        ${[...products].map(
          ([product, name]) => html`<button name="product" value="${product}">Add ${name}</button>`,
        )}
      </form>
    `)
  })
  // #region add
  .post('/cart', async (c) => {
    const session = await c.var.session()
    const product = String((await c.req.parseBody()).product)
    const name = products.get(product)
    if (name === undefined) return c.text('There is no such product', 400)
    const cart = session.update('cart', (cart = {}) => ({
      ...cart,
      [product]: Math.min((cart[product] ?? 0) + 1, 99),
    }))
    session.flash(`Added “${name}”. You have ${cart[product]}.`)
    return c.redirect('/cart', 303)
  })
// #endregion

export default app
