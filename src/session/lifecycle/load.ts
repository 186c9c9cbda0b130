import { boundedStore } from '../contention/bounded-store.ts'
import { maxCookieBytes } from '../cookie/cookie.ts'
import type { Config } from '../options/config.ts'
import { write } from '../state/changes.ts'
import { deviceKey } from '../state/reserved-keys.ts'
import { createState, type EndedSession, type Origin, type State } from '../state/state.ts'
import { generationOf, isRevoked } from '../users/revocations.ts'
import type { Carried, Found, Incoming, Lookup, Visit } from './engine.ts'
import { isExpired, limitsOf } from './limits.ts'
import { parsePayload } from './payload.ts'
import { validate } from './schema.ts'
import { isRecent } from './tombstone.ts'

/**
 * Cookies of one name that verify and whose sessions an `invalidate()` ends. A browser sends two as a
 * rule, if any.
 */
const maxCookies = 5

/** A session as a request found it, and the state that its handler works on. */
export interface Loaded {
  readonly incoming: Incoming
  readonly state: State
  /** Reads the contents of those cookies that verify. */
  readonly contents: () => Promise<string[]>
}

/**
 * Reads the session that a `Cookie` header leads to, or begins one.
 *
 * @param isSeen - Whether somebody sees the response.
 * @throws {StoreError} When the store failed.
 */
export async function load(
  config: Config,
  header: string,
  { visit, isSeen }: { visit: Visit; isSeen: () => boolean },
): Promise<Loaded> {
  const tokens = config.cookie.find(header)
  let incoming = tokens.length === 0 ? none : await receive(config, tokens, visit)
  const { device } = config
  const checked =
    device && incoming.kind === 'live'
      ? await device.check(incoming.found.data, header, visit.clock)
      : null
  const isElsewhere = typeof checked === 'string'
  if (isElsewhere) incoming = { kind: 'rejected', reason: 'elsewhere' }
  const opening = {
    now: Math.floor(visit.clock),
    isSeen,
    // Nothing is kept for it, but its visitor can log in.
    ended: isElsewhere ? { token: checked, isRecent: true } : endedIn(incoming),
    readGeneration: readerOfGenerations(config, visit),
  }
  const found = incoming.kind === 'live' ? incoming.found : null
  const id = config.policy.hasIds ? found?.cookie.content : undefined
  const state = createState(config.policy, opening, found && { ...found, id })
  if (checked && !isElsewhere) write(state, deviceKey, checked)
  return {
    incoming,
    state,
    // Only its device ends a session that is bound.
    contents: () => contentsOf(config, isElsewhere ? [] : tokens),
  }
}

/** Reads the session that came in as it was, without what the handler or a schema made of it. */
export function originOf(incoming: Incoming): Origin | null {
  return incoming.kind === 'live'
    ? parsePayload(incoming.found.text, Number.POSITIVE_INFINITY)
    : null
}

const none: Incoming = { kind: 'none' }

async function receive(config: Config, tokens: string[], visit: Visit): Promise<Incoming> {
  const [token = '', second] = tokens
  if (second !== undefined) return { kind: 'rejected', reason: 'duplicate' }
  const cookie = await decode(config, token)
  if (cookie === null) return { kind: 'rejected', reason: 'forged' }
  const lookup = await config.engine.find(cookie.content, visit)
  if (!('text' in lookup)) return withoutPayload(lookup, visit)
  const incoming = examine(config, { cookie, text: lookup.text }, visit)
  const needsCheck = incoming.kind === 'live' && (config.revocations || config.schema)
  return needsCheck ? checkRevocationAndSchema(config, incoming.found, visit) : incoming
}

function withoutPayload(lookup: Exclude<Lookup, { text: string }>, { clock }: Visit): Incoming {
  if ('reason' in lookup) return { kind: 'rejected', reason: lookup.reason }
  const { tombstone } = lookup
  if (isRecent(tombstone, clock)) return { kind: 'ended', tombstone }
  return { kind: 'rejected', reason: 'unknown', tombstone }
}

async function decode({ codecs, cookie }: Config, token: string): Promise<Carried | null> {
  if (cookie.name.length + token.length > maxCookieBytes) return null // no browser keeps one
  for (const codec of codecs) {
    const content = await codec.decode(token)
    if (content !== null) return { content, isCurrent: codec === codecs[0] }
  }
  return null
}

async function contentsOf(config: Config, tokens: string[]): Promise<string[]> {
  const contents = new Set<string>()
  for (const token of tokens) {
    const cookie = await decode(config, token)
    if (cookie) contents.add(cookie.content)
    if (contents.size === maxCookies) break
  }
  return [...contents]
}

function examine(
  { policy }: Config,
  { cookie, text }: Pick<Found, 'cookie' | 'text'>,
  { clock }: Visit,
): Incoming {
  const payload = parsePayload(text, clock)
  if (payload === null) return { kind: 'rejected', reason: 'malformed' }
  const found: Found = { ...payload, cookie, text }
  return isExpired(limitsOf(policy, payload.data), payload, clock)
    ? { kind: 'rejected', reason: 'expired', found }
    : { kind: 'live', found }
}

async function checkRevocationAndSchema(
  { revocations, schema, cookie }: Config,
  found: Found,
  { budget }: Visit,
): Promise<Incoming> {
  if (revocations) {
    const store = boundedStore(revocations, budget)
    if (await isRevoked(store, found.data, cookie.baseName)) {
      return { kind: 'rejected', reason: 'expired', found }
    }
  }
  if (!schema) return { kind: 'live', found }
  const data = await validate(schema, found.data)
  return data
    ? { kind: 'live', found: { ...found, data } }
    : { kind: 'rejected', reason: 'schema', found }
}

/** The session that another request has ended, for its CSRF token. */
function endedIn(incoming: Incoming): EndedSession | undefined {
  if (incoming.kind === 'ended') return { token: incoming.tombstone.token, isRecent: true }
  if (incoming.kind !== 'rejected' || !incoming.tombstone) return undefined
  return { token: incoming.tombstone.token, isRecent: false }
}

function readerOfGenerations({ revocations, cookie }: Config, { budget }: Visit) {
  if (!revocations) return undefined
  return (user: string) => generationOf(boundedStore(revocations, budget), user, cookie.baseName)
}
