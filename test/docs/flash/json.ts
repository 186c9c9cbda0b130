import { Hono } from 'hono'
import { session } from '../../../src/session/index.ts'

const app = new Hono<{ Bindings: { SESSION_SECRET: string } }>()
  .use(session((c) => ({ secret: c.env.SESSION_SECRET })))
  .post('/api/items', async (c) => {
    const session = await c.var.session()
    session.flash('Your item was added.')
    return c.json({ id: 7, messages: session.popFlash() }, 201)
  })
  .get('/api/messages', async (c) => {
    const session = await c.var.session()
    return c.json(session.popFlash())
  })

export default app
