import { Hono } from 'hono'
import type { Session } from '../../session/index.ts'
import { CounterPage } from '../pages/counter.tsx'
import type { SiteData, SiteEnv, SiteFlash } from '../sessions.ts'

/** One counter, seen from two views. */
export const counter = new Hono<SiteEnv>()
  .get('/', async (c) => {
    const count = visit(await c.var.session(), c.req.method)
    return c.html(<CounterPage view="Home View" count={count} path="/" />)
  })
  .get('/howdy', async (c) => {
    const count = visit(await c.var.session(), c.req.method)
    return c.html(<CounterPage view="Hello View" count={count} path="/howdy" />)
  })

/** Counts a visit to either view. Nobody sees the answer to `HEAD`, so it is none. */
function visit(session: Session<SiteData, SiteFlash>, method: string): number {
  if (method === 'HEAD') return session.get('counter') ?? 0
  return session.update('counter', (count = 0) => count + 1)
}
