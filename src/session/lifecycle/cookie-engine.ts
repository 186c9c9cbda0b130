import type { Codec } from '../codecs/codec.ts'
import { maxCookieBytes } from '../cookie/cookie.ts'
import type { SessionCookie } from '../cookie/cookie-options.ts'
import { CookieTooLargeError } from '../errors.ts'
import { dropOldest } from '../state/flash.ts'
import type { State } from '../state/state.ts'
import { tooLarge } from '../state/too-large.ts'
import {
  type CookieAction,
  type Ending,
  type Engine,
  hasContent,
  isTimedOut,
  report,
  type Visit,
} from './engine.ts'
import { formatPayload } from './payload.ts'

/** What writes the cookie. */
export interface CookieWriter {
  /** The newest codec. */
  readonly codec: Codec
  readonly cookie: SessionCookie
}

/** Makes the engine of sessions that live in the cookie. */
export function cookieEngine(writer: CookieWriter): Engine {
  return {
    carries: 'session',

    async find(content) {
      return { text: content }
    },

    async write(ending, visit) {
      if (ending.change === 'none') return reSignOrRemove(writer, ending)
      const action = hasContent(ending.state)
        ? { token: await encodeToFit(writer, ending.state, visit) }
        : removal(ending)
      report(ending, visit)
      return action
    },

    writesWithoutCookie: () => false,
  }
}

/** Re-signs a session as it is, stamps included, or removes one whose time is up. */
async function reSignOrRemove(
  { codec }: CookieWriter,
  { incoming }: Ending,
): Promise<CookieAction> {
  if (incoming.kind !== 'live') return 'delete'
  return { token: await codec.encode(incoming.found.cookie.content) }
}

/** What an empty session does to the cookie: one that came in, or was to be ended, goes. */
function removal({ incoming, state }: Ending): CookieAction {
  if (incoming.kind === 'live' || isTimedOut(incoming)) return 'delete'
  return state.identity === 'invalidated' && incoming.kind !== 'none' ? 'delete' : 'keep'
}

/**
 * Encodes a session. If it does not fit its cookie, unread flash messages make room, the oldest of the
 * longest queue first: nobody may be locked out by what no page shows.
 *
 * @throws {CookieTooLargeError} When the data, and what this request flashed, do not fit.
 */
async function encodeToFit(
  { codec, cookie }: CookieWriter,
  { data: all, flashed, created, now }: State,
  { emit }: Visit,
): Promise<string> {
  const data = new Map(all)
  const renewed = Math.max(now, Math.floor(Date.now() / 1000))
  const dropped = new Map<string, number>()
  for (;;) {
    const payload = { renewed, created, data }
    try {
      const token = await codec.encode(formatPayload(payload))
      const size = cookie.name.length + token.length
      if (size > maxCookieBytes) {
        throw tooLarge(`the cookie ${cookie.name}`, { size, most: maxCookieBytes, data })
      }
      for (const [queue, count] of dropped) emit({ type: 'flash-dropped', queue, count })
      return token
    } catch (error) {
      const queue = error instanceof CookieTooLargeError ? dropOldest(data, flashed) : null
      if (queue === null) throw error
      dropped.set(queue, (dropped.get(queue) ?? 0) + 1)
    }
  }
}
