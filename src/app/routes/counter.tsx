import { Hono } from 'hono'
import { CounterPage } from '../pages/counter.tsx'
import type { SiteEnv, SiteSession } from '../sessions.ts'
import { drawn, visitOf } from '../visit.ts'

/** One counter, seen from two views. */
export const counter = new Hono<SiteEnv>()
  .get('/', async (c) => {
    const session = await c.var.session()
    const count = countVisit(session, c.req.method)
    const { visit } = visitOf(c, session)
    const drawing = drawn(c, session)
    return c.html(<CounterPage view="Home View" count={count} visit={visit} {...drawing} />)
  })
  .get('/howdy', async (c) => {
    const session = await c.var.session()
    const count = countVisit(session, c.req.method)
    const { visit } = visitOf(c, session)
    const drawing = drawn(c, session)
    return c.html(<CounterPage view="Hello View" count={count} visit={visit} {...drawing} />)
  })

/** Counts a visit to either view. Nobody sees the response to `HEAD`, so it does not count. */
function countVisit(session: SiteSession, method: string): number {
  if (method === 'HEAD') return session.get('counter') ?? 0
  return session.update('counter', (count = 0) => count + 1)
}
