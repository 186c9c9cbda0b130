import { Hono } from 'hono'
import { session } from '../../src/session/index.ts'

interface Data {
  counter: number
  cart: string[]
  user: string
}

interface Flash {
  '': string
  error: string
}

const app = new Hono<{ Bindings: { SESSION_SECRET: string } }>().use(
  session<Data, Flash>((c) => ({ secret: c.env.SESSION_SECRET })),
)

app.get('/tour', async (c) => {
  const session = await c.var.session()

  session.get('counter') // number | undefined
  session.set('counter', 1)
  session.update('counter', (n = 0) => n + 1) // the new value
  session.has('counter') // true
  session.delete('counter')
  session.set('cart', ['tea'])
  session.get('cart')?.push('milk') // noticed, and written
  session.keys() // ['cart']: neither flash queues nor the CSRF token
  session.entries() // [['cart', ['tea', 'milk']]]
  session.size // 1
  session.clear() // empties the data; flash queues and the CSRF token stay

  session.flash('Your item was added.') // to the queue ''
  session.flash('No such item.', 'error', false) // unless it waits there already
  session.peekFlash('error') // reads the messages and leaves them
  session.popFlash('error') // reads them and takes them out

  session.id // undefined: the session is the cookie; with a store, which one it is
  session.new // whether it began with this request
  session.created // seconds since the epoch
  session.renewed // when it was last written, as this request found it
  session.changed() // writes it, and so extends its life, though nothing changed

  session.regenerate() // at login: same data, new identity, new CSRF token
  session.invalidate() // at logout: empty, a new identity, usable at once
  return c.redirect('/', 303)
})

export default app
