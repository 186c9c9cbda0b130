import { Hono } from 'hono'
import { csrf, session } from '../../src/session/index.ts'

interface Bindings {
  SESSION_SECRET: string
  OLD_SESSION_SECRET: string
}

const app = new Hono<{ Bindings: Bindings }>()
  .use(
    session((c) => ({
      secret: [c.env.SESSION_SECRET, c.env.OLD_SESSION_SECRET], // the newest first
      timeout: 30 * 60,
      lifetime: 12 * 60 * 60,
      cookie: { name: 'account', sameSite: 'Strict' }, // __Host-account
      onReject: (reason) => console.warn(`A session cookie was ${reason}`),
    })),
  )
  .use(csrf({ origins: ['https://admin.example.com'], exempt: (c) => c.req.path === '/webhook' }))

export default app
