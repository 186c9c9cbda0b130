import type { Context } from 'hono'
import { csrfToken, type RejectReason } from '../session/index.ts'
import { inspect } from '../session/inspector/inspect.ts'
import type { Shown, Visit } from './components/layout.tsx'
import type { SiteEnv, SiteSession } from './sessions.ts'
import { storeName } from './stores.ts'

const notices: Record<RejectReason, string> = {
  forged: 'Your session cookie was refused: its signature does not match.',
  malformed: 'Your session cookie was refused: it holds no session.',
  schema: 'Your session cookie was refused: its data has another shape.',
  elsewhere: 'This session is bound to another device.',
  duplicate: 'Your browser sent two session cookies, so neither was trusted.',
  expired: 'Your last session is over: its time was up, or you signed out from another browser.',
  unknown: 'Your last session is over: its time was up, or you signed out from another browser.',
}

/** Takes from a session what the frame shows: who it is, and the messages that wait. */
export function visitOf(c: Context<SiteEnv>, session: SiteSession): Visit {
  const { user } = session
  const reason = c.get('rejected')
  return {
    origin: new URL(c.req.url).origin,
    login: user === undefined ? undefined : { user, csrfToken: csrfToken(session) },
    notice: reason && `${notices[reason]} This is a new one.`,
    messages: session.popFlash(),
    errors: session.popFlash('error'),
  }
}

/**
 * Takes what the frame shows, and draws the session. Call it last: what a handler does to the session
 * afterwards is not in the drawing.
 */
export function shown(c: Context<SiteEnv>, session: SiteSession): Shown {
  const visit = visitOf(c, session)
  const inspection = inspect(session, c.req.header('Cookie'))
  return { visit, inspection, store: storeName(c.env) }
}
