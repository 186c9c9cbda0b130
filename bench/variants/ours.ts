// This library, as its README has it.
import { Hono } from 'hono'
import { session } from '../../src/session/index.ts'
import { type Env, host } from '../host.ts'
import { type Data, dataOf, message } from '../scenarios.ts'

export function ours({ encrypt = false } = {}) {
  return new Hono<{ Bindings: Env }>()
    .use(session<Data>((c) => ({ secret: c.env.SESSION_SECRET, encrypt })))
    .get('/untouched', (c) => c.text('ok'))
    .get('/read', async (c) => {
      const session = await c.var.session()
      return c.text(String(session.get('counter')))
    })
    .get('/count', async (c) => {
      const session = await c.var.session()
      return c.text(String(session.update('counter', (n = 0) => n + 1)))
    })
    .get('/flash', async (c) => {
      const session = await c.var.session()
      session.flash(message)
      return c.text('ok')
    })
    .get('/pop', async (c) => {
      const session = await c.var.session()
      return c.text(session.popFlash().join())
    })
    .get('/seed/:bytes', async (c) => {
      const session = await c.var.session()
      const { counter, items } = dataOf(Number(c.req.param('bytes')))
      session.set('counter', Number(c.req.query('counter') ?? counter))
      if (items.length > 0) session.set('items', items)
      if (c.req.query('flash')) session.flash(message)
      return c.text('ok')
    })
}

export default host(ours())
