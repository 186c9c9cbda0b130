import type { Context } from 'hono'
import { csrfToken, type RejectReason } from '../session/index.ts'
import { inspect } from '../session/inspector/inspect.ts'
import type { Drawn, Visit } from './components/layout.tsx'
import type { Refused } from './forms.ts'
import { type Attempt, outcomeOf } from './model/breaking.ts'
import { type CartNews, newsOf } from './model/cart.ts'
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

/** Messages that a page shows in its own place. */
export interface OwnMessages {
  cart: CartNews[]
  item?: Refused
  name?: Refused
  attempt?: Attempt
}

type OwnQueue = keyof OwnMessages

/** What a handler gives its page: what the frame shows, and the messages of the page's own queues. */
interface Arrival {
  readonly visit: Visit
  readonly own: OwnMessages
}

/**
 * Takes from a session what the frame shows: the user, and all waiting messages, whatever their queue.
 * So none waits for a page that is never visited.
 *
 * @param queues - Those that the page shows itself.
 */
export function visitOf(
  c: Context<SiteEnv>,
  session: SiteSession,
  queues: readonly OwnQueue[] = [],
): Arrival {
  const { user } = session
  const reason = c.get('rejected')
  const { own, messages, errors } = takeMessages(session, queues)
  const visit = {
    origin: new URL(c.req.url).origin,
    login: user === undefined ? undefined : { user, csrfToken: csrfToken(session) },
    notice: reason && `${notices[reason]} This is a new one.`,
    messages,
    errors,
  }
  return { visit, own }
}

function takeMessages(session: SiteSession, queues: readonly OwnQueue[]) {
  const own: OwnMessages = { cart: [] }
  const messages: string[] = []
  const errors: string[] = []
  for (const [queue, message] of session.popFlashes()) {
    if (queue === '') messages.push(message)
    else if (queue === 'error') errors.push(message)
    else if (queues.includes(queue)) {
      Object.assign(own, { [queue]: queue === 'cart' ? [...own.cart, message] : message })
    } else if (queue === 'cart') messages.push(newsOf(message))
    else if (queue === 'attempt') messages.push(outcomeOf(message))
    else errors.push(message.why)
  }
  return { own, messages, errors }
}

/**
 * Draws the session for a page. Call it last: what a handler does to the session afterward is not in the
 * drawing.
 */
export function drawn(c: Context<SiteEnv>, session: SiteSession): Drawn {
  return { inspection: inspect(session, c.req.header('Cookie')), store: storeName(c.env) }
}
