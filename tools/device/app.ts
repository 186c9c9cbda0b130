import { Hono } from 'hono'
import { deviceBinding } from '../../src/session/device.ts'
import {
  csrf,
  type RejectReason,
  revokeSessions,
  session,
  userSessions,
} from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'

interface Bindings {
  KIND: Kind
  /** Seconds that a bound cookie lives. */
  TTL: number
}

/** Where the sessions are. */
export type Kind = 'cookie' | 'store'

/** What the page shows of the session. */
export interface Account {
  readonly user: string
  readonly device: string
  readonly rejected: RejectReason | null
  readonly writes: number
}

const secret = 'only-this-proof-in-a-browser-knows-it'
const store = memoryStore()
const where = { cookie: { revocations: store }, store: { store } }

/** A site whose logins invite the browser to bind the session. */
export default new Hono<{ Bindings: Bindings; Variables: { rejected?: RejectReason } }>()
  .get('/link', (c) => c.html(`<a href="${c.req.query('to')}">there</a>`))
  .use(
    session((c) => ({
      secret,
      device: deviceBinding({ ttl: c.env.TTL }),
      ...where[c.env.KIND as Kind],
      onReject: (reason, c) => c.set('rejected', reason),
    })),
    csrf({ token: false }),
  )
  .get('/form', (c) => c.html('<form method="post" action="/login"><button>Log in</button></form>'))
  .post('/login', async (c) => {
    const session = await c.var.session()
    session.regenerate()
    session.bind('mary')
    return c.redirect('/', 303)
  })
  .post('/logout', async (c) => {
    const session = await c.var.session()
    session.invalidate()
    return c.redirect('/', 303)
  })
  .post('/end', async (c) => {
    if (c.env.KIND === 'store') await userSessions(store).endAll('mary')
    else await revokeSessions(store, 'mary')
    return c.text('ended')
  })
  .post('/write', async (c) => {
    const session = await c.var.session()
    session.update('writes', (n) => Number(n ?? 0) + 1)
    return c.text(c.get('rejected') ?? 'honored')
  })
  .get('/', async (c) => {
    const session = await c.var.session()
    const account: Account = {
      user: session.user ?? 'nobody',
      device: session.device ?? '',
      rejected: c.get('rejected') ?? null,
      writes: Number(session.get('writes') ?? 0),
    }
    return c.html(
      `<pre>${JSON.stringify(account)}</pre><form method="post" action="/logout"><button>Log out</button></form>`,
    )
  })
