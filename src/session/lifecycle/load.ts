import { boundedStore } from '../contention/bounded-store.ts'
import { maxCookieBytes } from '../cookie/cookie.ts'
import type { Config } from '../options/config.ts'
import type { RejectReason } from '../options/reject-reason.ts'
import { write } from '../state/changes.ts'
import { deviceKey } from '../state/reserved-keys.ts'
import { createState, type EndedSession, type State } from '../state/state.ts'
import { generationOf, isRevoked } from '../users/revocations.ts'
import type { Carried, Found, Incoming, Lookup, Visit } from './engine.ts'
import { isExpired, limitsOf } from './limits.ts'
import { parsePayload } from './payload.ts'
import { validate } from './schema.ts'
import { isRecent, type Tombstone } from './tombstone.ts'

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
  if (isElsewhere) incoming = rejected('elsewhere')
  const found = incoming.kind === 'live' ? incoming.found : null
  const opening = {
    now: Math.floor(visit.clock),
    id: config.policy.hasIds ? found?.cookie.content : undefined,
    isSeen,
    // Nothing is kept for it, but its visitor can log in.
    ended: isElsewhere ? { token: checked, isRecent: true } : endedIn(incoming),
    readGeneration: readerOfGenerations(config, visit),
  }
  const state = createState(config.policy, opening, found)
  if (checked && !isElsewhere) write(state, deviceKey, checked)
  return {
    incoming,
    state,
    // Only its device ends a session that is bound.
    contents: () => contentsOf(config, isElsewhere ? [] : tokens),
  }
}

const none: Incoming = { kind: 'none' }

async function receive(config: Config, tokens: string[], visit: Visit): Promise<Incoming> {
  const { engine, policy, revocations, schema } = config
  const { clock, budget } = visit
  const [token = '', second] = tokens
  if (second !== undefined) return rejected('duplicate')
  const cookie = await decode(config, token)
  if (cookie === null) return rejected('forged')
  const lookup = await engine.find(cookie.content, visit)
  if (!('text' in lookup)) return withoutPayload(lookup, clock)
  const { text } = lookup
  const payload = parsePayload(text, clock)
  if (payload === null) return rejected('malformed')
  const { renewed, created, data } = payload
  const found: Found = { renewed, created, data, cookie, text }
  if (isExpired(limitsOf(policy, data), payload, clock)) return rejected('expired', { found })
  const { baseName } = config.cookie
  if (revocations && (await isRevoked(boundedStore(revocations, budget), data, baseName))) {
    return rejected('expired', { found })
  }
  const checked = schema ? await validate(schema, data) : data
  if (checked === null) return rejected('schema', { found })
  return { kind: 'live', found: checked === data ? found : { ...found, data: checked } }
}

function rejected(
  reason: RejectReason,
  rest: { found?: Found; tombstone?: Tombstone } = {},
): Incoming {
  return { kind: 'rejected', reason, ...rest }
}

function withoutPayload(lookup: Exclude<Lookup, { text: string }>, clock: number): Incoming {
  if ('reason' in lookup) return rejected(lookup.reason)
  const { tombstone } = lookup
  return isRecent(tombstone, clock)
    ? { kind: 'ended', tombstone }
    : rejected('unknown', { tombstone })
}

async function decode({ codecs, cookie }: Config, token: string): Promise<Carried | null> {
  if (cookie.name.length + token.length > maxCookieBytes) return null // browsers keep none that is longer
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

/** The session that another request has ended, for its CSRF token. */
function endedIn(incoming: Incoming): EndedSession | undefined {
  const tombstone = 'tombstone' in incoming ? incoming.tombstone : undefined
  return tombstone && { token: tombstone.token, isRecent: incoming.kind === 'ended' }
}

function readerOfGenerations({ revocations, cookie }: Config, { budget }: Visit) {
  if (!revocations) return undefined
  return (user: string) => generationOf(boundedStore(revocations, budget), user, cookie.baseName)
}
