import { Hono } from 'hono'
import { type Store, session } from '../../src/session/index.ts'

const secret = 'only-the-soak-knows-this-secret-'

interface Data {
  n: number
}

/**
 * Makes an app whose visitors count, read flash messages and log out.
 *
 * @param storeOf - `undefined`: the session is the cookie.
 */
export function soakApp<Bindings extends object>(storeOf: (env: Bindings) => Store | undefined) {
  return new Hono<{ Bindings: Bindings }>()
    .use(
      session<Data>((c) => {
        const store = storeOf(c.env)
        return store ? { secret, store } : { secret }
      }),
    )
    .get('/count', async (c) => {
      const session = await c.var.session()
      return c.json(session.update('n', (n = 0) => n + 1))
    })
    .get('/flash', async (c) => {
      const session = await c.var.session()
      session.flash(c.req.query('message') ?? '')
      return c.json(null)
    })
    .get('/pop', async (c) => c.json((await c.var.session()).popFlash()))
    .get('/read', async (c) => {
      const session = await c.var.session()
      return c.json([session.get('n') ?? 0, session.peekFlash()])
    })
    .get('/logout', async (c) => {
      const session = await c.var.session()
      session.invalidate()
      return c.json(null)
    })
}
