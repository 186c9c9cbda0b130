import { Hono } from 'hono'
import { type Session, type SessionOptions, session } from '../../src/session/index.ts'
import type { Store } from '../../src/session/store.ts'
import { cookieName, secret } from './visitor.ts'

type Use<T> = (session: Session) => T | Promise<T>

/** A promise to be kept by hand. */
export const gate = () => Promise.withResolvers<void>()

/** A store that counts its calls and tells what they were. */
export function watched(store: Store) {
  const calls: [name: 'get' | 'swap', ...given: unknown[]][] = []
  return {
    calls,
    get(key: string) {
      calls.push(['get', key])
      return store.get(key)
    },
    swap(...given: Parameters<Store['swap']>) {
      calls.push(['swap', ...given])
      return store.swap(...given)
    },
  }
}

/** An app whose sessions are in a store, or cookies without one, and the browser of one visitor, with many tabs. */
export function tabs(store: Store | undefined, options: Partial<SessionOptions> = {}) {
  const jobs = new Map<string, Use<unknown>>()
  const app = new Hono()
    .use(session({ secret, ...(store && { store }), ...options } as SessionOptions))
    .get('/:job', async (c) => {
      const job = jobs.get(c.req.param('job')) as Use<unknown>
      const result = await job(await c.var.session())
      return result instanceof Response ? result : c.json(result ?? null)
    })
  const visitor = {
    /** The `Cookie` header that all tabs send. */
    cookie: '',
    status: 0,
    /** The `Set-Cookie` lines of the response that came last. */
    sent: [] as string[],
    /** Sends a request with the cookie of now, and keeps the cookie that comes back. */
    async visit<T>(use: Use<T>, headers: Record<string, string> = {}): Promise<T> {
      const job = String(jobs.size)
      jobs.set(job, use)
      const response = await app.request(`/${job}`, {
        headers: { ...(visitor.cookie && { Cookie: visitor.cookie }), ...headers },
      })
      visitor.status = response.status
      visitor.sent = response.headers.getSetCookie()
      for (const line of visitor.sent) keep(visitor, line)
      return (response.ok ? await response.json() : response.status) as T
    },
  }
  return visitor
}

function keep(visitor: { cookie: string }, line: string): void {
  const [pair = '', ...attributes] = line.split('; ')
  if (!pair.startsWith(`${cookieName}=`)) return
  visitor.cookie = attributes.includes('Max-Age=0') ? '' : pair
}
