import type { Codec } from './codecs/codec.ts'
import { findCookies, maxCookieBytes } from './cookie.ts'
import type { Config, RejectReason } from './options.ts'
import { validate } from './schema.ts'
import { createState, csrfKey, isChanged, type State } from './state.ts'
import { tooLarge } from './too-large.ts'

/** Seconds by which the clock of another server may be ahead. */
const maxSkew = 60

/** What the cookie held. */
interface Kept {
  readonly payload: string
  readonly renewed: number
  readonly created: number
  readonly data: object
  /** Whether the newest secret signed it. */
  readonly isCurrent: boolean
}

/** A session as a request found it, and what the request then makes of it. */
export interface Opened {
  readonly kept: Kept | null
  readonly rejected: RejectReason | null
  readonly state: State
}

/**
 * Reads the session that a `Cookie` header carries, or begins one.
 *
 * @param clock - Seconds since the epoch, with their fraction: a session expires at once when its time
 * is up, though its stamps are whole seconds.
 * @param isVisit - Whether somebody sees the response, so that flash messages are used up.
 */
export async function load(
  config: Config,
  header: string,
  clock: number,
  isVisit: boolean,
): Promise<Opened> {
  const found = await find(config, header, clock)
  const [kept, rejected] = typeof found === 'string' ? [null, found] : [found, null]
  return { kept, rejected, state: createState(Math.floor(clock), isVisit, kept) }
}

async function find(
  config: Config,
  header: string,
  clock: number,
): Promise<Kept | RejectReason | null> {
  const [token, second] = findCookies(header, config.cookie.name)
  if (token === undefined) return null
  if (second !== undefined) return 'duplicate'
  if (config.cookie.name.length + token.length > maxCookieBytes) return 'forged'
  for (const [age, codec] of config.codecs.entries()) {
    const payload = await codec.decode(token)
    if (payload === null) continue
    const kept = parse(payload, age === 0, clock)
    if (kept === null) return 'malformed'
    if (isExpired(config, kept, clock)) return 'expired'
    if (!config.schema) return kept
    const data = await validate(config.schema, kept.data)
    return data ? { ...kept, data } : 'schema'
  }
  return 'forged'
}

/** Takes Pyramid's `[renewed, created, data]` apart. */
function parse(payload: string, isCurrent: boolean, clock: number): Kept | null {
  let parts: unknown
  try {
    parts = JSON.parse(payload)
  } catch {
    return null // signed by our secret, but not by us
  }
  if (!Array.isArray(parts) || parts.length !== 3) return null
  const [renewed, created, data] = parts
  if (!isTime(renewed, clock) || !isTime(created, clock)) return null
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return null
  return { payload, renewed, created, data, isCurrent }
}

function isTime(value: unknown, clock: number): value is number {
  return typeof value === 'number' && value >= 0 && value <= clock + maxSkew
}

function isExpired(
  { timeout, lifetime }: Config,
  { renewed, created }: Kept,
  clock: number,
): boolean {
  if (timeout !== null && clock - renewed > timeout) return true
  return lifetime !== null && clock - created > lifetime
}

/** How a request ended. */
export interface Outcome {
  /** Its handler failed. */
  readonly threw: boolean
  /** It was refused, and must not extend the life of a session that it only read. */
  readonly refused: boolean
}

/**
 * Ends a request's session: from here on it cannot be changed.
 *
 * @returns The `Set-Cookie` line to send, or `null` when nothing is to be told to the browser.
 * @throws {CookieTooLargeError} When browsers would not keep it.
 * @throws {TypeError} When a value was mutated into what JSON cannot carry.
 */
export async function commit(
  config: Config,
  opened: Opened,
  outcome: Outcome,
): Promise<string | null> {
  opened.state.committed = true
  try {
    return await settle(config, opened, outcome)
  } catch (error) {
    opened.state.committed = false // a page that tells of the error may use the session, in vain
    throw error
  }
}

async function settle(
  config: Config,
  opened: Opened,
  { threw, refused }: Outcome,
): Promise<string | null> {
  const { kept, rejected } = opened
  const state = threw && !config.setOnError ? withoutChanges(opened) : opened.state

  if (isChanged(state) || (!refused && isDue(config, opened))) {
    if (state.data.size > 0) {
      const data = Object.fromEntries(state.data)
      return write(config, JSON.stringify([state.now, state.created, data]))
    }
    const wasOurs = kept !== null || rejected === 'expired' || rejected === 'schema'
    return wasOurs ? config.cookie.remove : null
  }
  if (refused) return null
  if (rejected === 'expired') return config.cookie.remove
  return kept !== null && !kept.isCurrent ? write(config, kept.payload) : null
}

/** Undoes what the handler did, but for the end of the old session's identity. */
function withoutChanges({ kept, state: { now, isVisit, fate } }: Opened): State {
  const survives = kept !== null && fate !== 'invalidated'
  const found = survives ? { ...kept, data: JSON.parse(kept.payload)[2] } : null
  const state = createState(now, isVisit, found)
  if (fate === 'regenerated') state.data.delete(csrfKey)
  return Object.assign(state, { fate })
}

/** Tells whether a session that was only read is to be written, to extend its life. */
function isDue({ reissueTime }: Config, { kept, state }: Opened): boolean {
  return kept !== null && reissueTime !== null && state.now - kept.renewed > reissueTime
}

async function write({ codecs, cookie }: Config, payload: string): Promise<string> {
  const token = await (codecs[0] as Codec).encode(payload)
  const size = cookie.name.length + token.length
  if (size > maxCookieBytes)
    throw tooLarge(`the cookie ${cookie.name}`, size, maxCookieBytes, payload)
  return cookie.set(token)
}
