import { Hono, type MiddlewareHandler } from 'hono'
import { deviceBinding } from '../../src/session/device.ts'
import { type SessionEvent, type SessionOptions, session } from '../../src/session/index.ts'
import type { DeviceBrowser } from './device/device.ts'
import { secret } from './tokens.ts'

/** What the page of the bank shows. */
export interface Account {
  readonly user: string | null
  readonly device: 'bound' | 'unbound' | null
  readonly keys: readonly string[]
}

/** What nobody who is not logged in sees. */
export const nobody: Account = { user: null, device: 'unbound', keys: [] }

/** What mary sees of a session that is bound. */
export const mary: Account = { user: 'mary', device: 'bound', keys: [] }

/**
 * A site whose logins invite the browser to bind the session, and the calls of its hooks.
 *
 * @param inner - Middleware between `session()` and the handlers.
 */
export function bank(options: Partial<SessionOptions> = {}, inner: MiddlewareHandler = nothing) {
  const reasons: string[] = []
  const events: SessionEvent[] = []
  const hooks = {
    onReject: (reason: string) => void reasons.push(reason),
    onEvent: (event: SessionEvent) => void events.push(event),
  }
  const complete = { secret, device: deviceBinding(), ...options, ...hooks } as SessionOptions
  const app = new Hono()
    .use(session(complete))
    .use(inner)
    .get('/', async (c) => {
      const session = await c.var.session()
      const { user = null, ...others } = Object.fromEntries(session.entries())
      return c.json({ user, device: session.device ?? null, keys: Object.keys(others).sort() })
    })
    .post('/login', async (c) => {
      const session = await c.var.session()
      session.regenerate()
      session.set('user', 'mary')
      if (c.req.query('remember')) session.remember()
      return c.redirect('/', 303)
    })
    .post('/write/:key', async (c) => {
      const session = await c.var.session()
      session.set(c.req.param('key'), true)
      return c.text(session.new ? 'new' : 'old')
    })
    .post('/logout', async (c) => {
      const session = await c.var.session()
      session.invalidate()
      return c.redirect('/', 303)
    })
    .post('/free', (c) => c.text('free'))
  return { app, reasons, events }
}

/** What `bank()` makes. */
export type Bank = ReturnType<typeof bank>

const nothing: MiddlewareHandler = (_, next) => next()

/** What the page shows to a browser. */
export async function accountOf(visitor: Pick<DeviceBrowser, 'get'>): Promise<Account> {
  return (await visitor.get('/')).json() as Promise<Account>
}

/** What the page shows to anyone who sends these cookies, whatever their names. */
export async function shownTo(
  { app }: Pick<Bank, 'app'>,
  cookies: Iterable<[string, string]>,
  headers: Record<string, string> = {},
): Promise<Account> {
  return (await app.request('/', { headers: { ...headers, Cookie: headerOf(cookies) } })).json()
}

/** The `Cookie` header of a jar. */
export function headerOf(cookies: Iterable<[string, string]>): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
}
