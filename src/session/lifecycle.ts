import type { Codec } from './codecs/codec.ts'
import { maxCookieBytes } from './cookie.ts'
import { changeStore, isAlive } from './in-store.ts'
import { type Ending, type Found, isExpired, parse, payloadOf, type Verdict } from './kept.ts'
import type { Config, RejectReason } from './options.ts'
import { isId, isTombstone, storeKey } from './records.ts'
import { isRevoked } from './revocations.ts'
import { validate } from './schema.ts'
import { createState, csrfKey, isChanged, randomId, type State, write } from './state.ts'
import type { Store } from './store.ts'
import { tooLarge } from './too-large.ts'

/** A session as a request found it, and what the request then makes of it. */
export interface Opened {
  /** What came in, if it could be read: alive, or rejected for what it is. */
  readonly found: Found | null
  readonly rejected: RejectReason | null
  /** Another request has ended this session: what this one makes of it is dropped. */
  readonly isEnded: boolean
  readonly state: State
}

/**
 * Reads the session that a `Cookie` header leads to, or begins one.
 *
 * @param clock - Seconds since the epoch, with their fraction: a session expires at once when its time
 * is up, though its stamps are whole seconds.
 * @param isVisit - Tells whether somebody sees the response, so that flash messages are used up.
 * @throws {StoreError} When the store failed.
 */
export async function load(
  config: Config,
  header: string,
  clock: number,
  isVisit: () => boolean,
): Promise<Opened> {
  const { found = null, rejected = null, isEnded = false } = await find(config, header, clock)
  const kept = rejected ? null : found
  const id = config.store && (kept ? kept.content : randomId())
  const state = createState(Math.floor(clock), isVisit, kept, id, canBind(config))
  return { found, rejected, isEnded, state }
}

/** Tells whether the sessions of one user can be ended from elsewhere. */
function canBind({ store, revocations }: Config): boolean {
  return revocations !== undefined || (store !== undefined && !store.isEventual)
}

type Finding = { found?: Found; rejected?: RejectReason; isEnded?: boolean }

async function find(config: Config, header: string, clock: number): Promise<Finding> {
  const [token, second] = config.cookie.find(header)
  if (token === undefined) return {}
  if (second !== undefined) return { rejected: 'duplicate' }
  if (config.cookie.name.length + token.length > maxCookieBytes) return { rejected: 'forged' }
  for (const codec of config.codecs) {
    const content = await codec.decode(token)
    if (content === null) continue
    const isCurrent = codec === config.codecs[0]
    return config.store
      ? lookUp(config, config.store, content, isCurrent, clock)
      : examine(config, content, { content, key: '', isCurrent }, clock)
  }
  return { rejected: 'forged' }
}

/** Follows the id that a cookie carries. */
async function lookUp(
  config: Config,
  store: Store,
  id: string,
  isCurrent: boolean,
  clock: number,
): Promise<Finding> {
  if (!isId(id)) return { rejected: 'malformed' }
  const key = await storeKey(id)
  const payload = await store.get(key)
  if (payload === null) return { rejected: 'unknown' }
  if (isTombstone(payload)) return { rejected: 'unknown', isEnded: true }
  return examine(config, payload, { content: id, key, isCurrent }, clock)
}

function examine(
  config: Config,
  payload: string,
  { content, key, isCurrent }: Pick<Found, 'content' | 'key' | 'isCurrent'>,
  clock: number,
): Finding | Promise<Finding> {
  const kept = parse(payload, clock)
  if (kept === null) return { rejected: 'malformed' }
  const { renewed, created, data } = kept
  const found: Found = { content, key, isCurrent, payload, renewed, created, data }
  if (isExpired(config, kept, clock)) return { found, rejected: 'expired' }
  return config.revocations || config.schema ? question(config, found) : { found }
}

/** Asks others about a session: whether it was revoked, and what the schema makes of its data. */
async function question({ revocations, schema }: Config, found: Found): Promise<Finding> {
  if (revocations && (await isRevoked(revocations, found.data)))
    return { found, rejected: 'expired' }
  if (!schema) return { found }
  const data = await validate(schema, found.data)
  return data ? { found: { ...found, data } } : { found, rejected: 'schema' }
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
 * @throws {StoreError} When the store failed.
 * @throws {TypeError} When a value was mutated into what JSON cannot carry.
 */
export function commit(
  config: Config,
  opened: Opened,
  { threw, refused }: Outcome,
): string | null | Promise<string | null> {
  const { found, rejected } = opened
  opened.state.committed = true
  if (opened.isEnded) return null
  const state = threw && !config.setOnError ? withoutChanges(opened) : opened.state
  const [kept, past] = rejected === null ? [found, null] : [null, found]
  const ending: Ending = {
    kept,
    past,
    isExpired: rejected === 'expired' && !refused,
    isChanged: isChanged(state),
    isDue: kept !== null && !refused && isDue(config, kept, state.now),
  }
  // Signed by an older secret: the same content is signed anew.
  const old = kept === null || kept.isCurrent || refused ? null : kept
  if (config.store) return settleInStore(config, config.store, state, ending, old)
  const verdict = settleInCookie(state, ending)
  if (verdict === 'remove') return config.cookie.remove
  if (verdict === 'carry') return setCookie(config, state, payloadOf(state))
  return old && setCookie(config, state, old.content)
}

function settleInCookie({ data }: State, ending: Ending): Verdict {
  const { kept, past, isExpired, isChanged, isDue } = ending
  if (!isChanged && !isDue) return isExpired ? 'remove' : 'leave'
  if (data.size > 0) return 'carry'
  return kept || past ? 'remove' : 'leave'
}

async function settleInStore(
  config: Config,
  store: Store,
  state: State,
  ending: Ending,
  old: Found | null,
): Promise<string | null> {
  const verdict = await changeStore(config, store, state, ending)
  if (verdict === 'remove') return config.cookie.remove
  if (verdict === 'carry') return setCookie(config, state, state.id as string)
  const goesOn = verdict !== 'drop' && old !== null && (await isAlive(store, old))
  return goesOn ? setCookie(config, state, old.content) : null
}

/** Undoes what the handler did, but for the end of the old session's identity. */
function withoutChanges({ found, rejected, state: { now, isVisit, fate, id } }: Opened): State {
  const survives = found !== null && rejected === null && fate !== 'invalidated'
  const kept = survives ? { ...found, data: JSON.parse(found.payload)[2] } : null
  const state = createState(now, isVisit, kept, id, false)
  if (fate === 'regenerated') write(state, csrfKey, undefined)
  return Object.assign(state, { fate })
}

/** Tells whether a session that was only read is to be written, to extend its life. */
function isDue({ reissueTime }: Config, { renewed }: Found, now: number): boolean {
  return reissueTime !== null && now - renewed > reissueTime
}

function setCookie({ codecs, cookie }: Config, state: State, content: string): Promise<string> {
  return (codecs[0] as Codec).encode(content).then((token) => {
    const size = cookie.name.length + token.length
    if (size <= maxCookieBytes) return cookie.set(token)
    throw tooLarge(`the cookie ${cookie.name}`, size, maxCookieBytes, payloadOf(state))
  })
}
