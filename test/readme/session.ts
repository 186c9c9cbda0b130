import { Hono } from 'hono'
import { session } from '../../src/session/index.ts'

interface Data {
  counter: number
  cart: string[]
}

interface Flash {
  '': string
  error: string
}

const app = new Hono<{ Bindings: { SESSION_SECRET: string } }>().use(
  session<Data, Flash>((c) => ({
    secret: c.env.SESSION_SECRET,
    remember: { timeout: 30 * 24 * 60 * 60, lifetime: 90 * 24 * 60 * 60 },
  })),
)

app.get('/tour', async (c) => {
  const session = await c.var.session() // nothing is read or verified before

  session.get('counter') // number | undefined
  session.set('counter', 1)
  session.update('counter', (n = 0) => n + 1) // returns the new value
  session.has('counter') // true
  session.delete('counter')
  session.set('cart', ['tea'])
  session.get('cart')?.push('milk') // nested changes are noticed and written
  session.keys() // ['cart']: never flash queues or the CSRF token
  session.entries() // [['cart', ['tea', 'milk']]]
  session.size // 1
  session.clear() // empties the data; flash queues and the CSRF token stay

  session.flash('Your item was added.') // to the queue ''
  session.flash('No such item.', 'error', false) // unless it is waiting already
  session.peekFlash('error') // reads the messages and leaves them
  session.popFlash('error') // reads them and removes them
  session.popFlashes() // all queues at once: [['', 'Your item was added.']]; peekFlashes() keeps them

  session.id // undefined: the session is the cookie; with a store, its id there
  session.new // whether it began with this request
  session.created // seconds since the epoch
  session.renewed // when it was last written, as this request found it
  session.expires // when it ends if nothing more happens; null: never
  session.changed() // forces a write, which extends its life

  session.regenerate() // at login: same data, new identity, new CSRF token
  session.remember() // stay logged in: the limits of the option `remember`
  session.remembered // true
  session.invalidate() // at logout: empty, a new identity, usable at once
  return c.redirect('/', 303)
})

export default app
