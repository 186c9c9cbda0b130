import { Hono } from 'hono'
import { csrf, session } from '../../src/session/index.ts'

interface Login {
  user: string
}

interface Preferences {
  theme: 'light' | 'dark'
}

const year = 365 * 24 * 60 * 60

const app = new Hono<{ Bindings: { SESSION_SECRET: string } }>()
  .use(session<Login>((c) => ({ secret: c.env.SESSION_SECRET, encrypt: true })))
  .use(
    session<Preferences, Record<string, string>, 'preferences'>((c) => ({
      secret: c.env.SESSION_SECRET,
      as: 'preferences',
      cookie: { name: 'preferences', maxAge: year },
      timeout: year,
      lifetime: null,
    })),
  )
  .post('/theme/:theme{light|dark}', csrf(), async (c) => {
    const preferences = await c.var.preferences()
    preferences.set('theme', c.req.param('theme') === 'dark' ? 'dark' : 'light')
    return c.redirect('/', 303)
  })
  .post('/logout', csrf(), async (c) => {
    const session = await c.var.session()
    session.invalidate() // the preferences stay
    return c.redirect('/', 303)
  })

export default app
