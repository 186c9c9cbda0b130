// This library, as its README has it.
import { Hono } from 'hono'
import { type SessionOptions, session } from '../../src/session/index.ts'
import { type Env, host } from '../host.ts'
import { type Data, dataOf, message } from '../scenarios.ts'

/** @param format - How the cookie is written; by default it is signed. */
export function ours(format?: Pick<SessionOptions<Data>, 'codec' | 'encrypt'>) {
  return new Hono<{ Bindings: Env }>()
    .use(
      session<Data>((c) =>
        format?.codec ? { codec: format.codec } : { secret: c.env.SESSION_SECRET, ...format },
      ),
    )
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
      session.set('counter', counter)
      if (items.length > 0) session.set('items', items)
      if (c.req.query('flash')) session.flash(message)
      return c.text('ok')
    })
}

export default host(ours())
