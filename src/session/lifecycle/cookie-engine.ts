import type { Codec } from '../codecs/codec.ts'
import { maxCookieBytes } from '../cookie/cookie.ts'
import type { SessionCookie } from '../cookie/cookie-options.ts'
import { CookieTooLargeError } from '../errors.ts'
import { countWaiting, dropOldest } from '../state/flash.ts'
import type { State } from '../state/state.ts'
import { tooLarge } from '../state/too-large.ts'
import {
  type CookieAction,
  type Ending,
  type Engine,
  isKept,
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
    async find(content) {
      return { text: content }
    },

    async write(ending, visit) {
      if (ending.change === 'none') return reSignOrRemove(writer, ending)
      const action = isKept(ending)
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

/** What an empty session does to the cookie: one that was sent, or was to be ended, is removed. */
function removal({ incoming, state }: Ending): CookieAction {
  if (incoming.kind === 'live' || isTimedOut(incoming)) return 'delete'
  return state.identity === 'invalidated' && incoming.kind !== 'none' ? 'delete' : 'keep'
}

/**
 * Encodes a session. If it does not fit its cookie, unread flash messages make room, the oldest of the
 * longest queue first, and no more than needed: messages that no page shows must lock nobody out.
 *
 * @throws {CookieTooLargeError} When the data, and what this request flashed, do not fit.
 */
async function encodeToFit(writer: CookieWriter, state: State, { emit }: Visit): Promise<string> {
  let best = await encodeWithout(writer, state, 0)
  if ('error' in best) {
    let [tooFew, enough] = [0, countWaiting(state.data, state.flashed)]
    if (enough > 0) best = await encodeWithout(writer, state, enough)
    if ('error' in best) throw best.error
    while (enough - tooFew > 1) {
      const drops = Math.floor((tooFew + enough) / 2)
      const attempt = await encodeWithout(writer, state, drops)
      if ('error' in attempt) tooFew = drops
      else [enough, best] = [drops, attempt]
    }
  }
  for (const [queue, count] of best.dropped) emit({ type: 'flash-dropped', queue, count })
  return best.token
}

type Attempt =
  | { readonly token: string; readonly dropped: ReadonlyMap<string, number> }
  | { readonly error: CookieTooLargeError }

/** Encodes a session without a number of its unread flash messages. */
async function encodeWithout(
  { codec, cookie }: CookieWriter,
  { data: all, flashed, created, now }: State,
  drops: number,
): Promise<Attempt> {
  const data = new Map(all)
  const dropped = dropOldest(data, flashed, drops)
  const renewed = Math.max(now, Math.floor(Date.now() / 1000))
  try {
    const token = await codec.encode(formatPayload({ renewed, created, data }))
    const size = cookie.name.length + token.length
    if (size <= maxCookieBytes) return { token, dropped }
    return { error: tooLarge(`the cookie ${cookie.name}`, { size, most: maxCookieBytes, data }) }
  } catch (error) {
    if (error instanceof CookieTooLargeError) return { error }
    throw error
  }
}
