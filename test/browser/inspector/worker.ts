import { Hono } from 'hono'
import { csrfToken, session } from '../../../src/session/index.ts'
import { inspector } from '../../../src/session/inspector.tsx'

interface Bindings {
  SESSION_SECRET: string
}

export default new Hono<{ Bindings: Bindings }>()
  .use(session((c) => ({ secret: c.env.SESSION_SECRET })))
  .get('/', async (c) => {
    const session = await c.var.session()
    session.set('cart', ['Donaudampfschifffahrt'.repeat(3)])
    session.flash('Welcome.')
    csrfToken(session)
    return c.html('<!doctype html><html lang="en"><title>An app</title><p>Welcome')
  })
  .route('/_session', inspector())
