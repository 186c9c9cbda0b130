import { decodeBase64url, encodeBase64url } from '../../session/codecs/base64url.ts'
import { findCookies, maxCookieBytes } from '../../session/cookie/cookie.ts'
import type { Session } from '../../session/index.ts'
import { isDue, limitsOf } from '../../session/lifecycle/limits.ts'
import { stateOf } from '../../session/session.ts'
import { csrfKey } from '../../session/state/reserved-keys.ts'
import { type Kind, kindOf } from './kinds.ts'
import { hidden, type Part, partsOfToken } from './parts.ts'

/** Characters of an HMAC-SHA-256 in base64url. */
const signatureLength = 43

/** A session's cookie, as it came in or as it goes out. */
export interface Cookie {
  readonly bytes: number
  readonly limit: number
  readonly parts: readonly Part[]
  /** What its payload says, as JSON; `null` where it carries an id, or is sealed. */
  readonly json: string | null
}

/** What a session holds under a key, and what became of it in this request. */
export interface Row {
  readonly kind: Kind
  readonly label: string
  /** JSON, but for what must not be shown. */
  readonly value: string
  readonly change: 'same' | 'added' | 'removed'
}

/** What is left of a limit, in seconds. */
export interface Left {
  readonly left: number
  readonly limit: number
}

/** A session as a request found it and as its response leaves it. Times are seconds since the epoch. */
export interface Inspection {
  readonly store: string
  readonly cookieName: string
  readonly now: number
  readonly created: number
  /** Seconds until the session ends, if nobody visits and at the latest; `null`: never. */
  readonly idle: Left | null
  readonly absolute: Left | null
  /** `null`: none came in, or it was not honoured. */
  readonly sent: Cookie | null
  /** `null`: nothing goes out, and the browser keeps what it has. */
  readonly set: Cookie | null
  /** Whether the session is written, be it to the cookie or to the store. */
  readonly isWritten: boolean
  readonly before: readonly Row[]
  readonly after: readonly Row[]
}

/** What the inspector has to be told, since no session tells it. */
export interface Surroundings {
  readonly store: string
  readonly cookieName: string
  /** The request's `Cookie` header. */
  readonly header: string | undefined
}

/** What a session held at some moment: JSON under each key. */
export type Snapshot = ReadonlyMap<string, string>

/** What of a session does not depend on its types. */
type Bare = Pick<Session, 'new' | 'created' | 'id'>

/** Reads a session before a handler changes it, for `inspect()` to compare. */
export function snapshot<Data extends object, Flash extends object>(
  session: Session<Data, Flash>,
): Snapshot {
  const { data } = stateOf(session)
  return new Map([...data].map(([key, value]) => [key, JSON.stringify(value)]))
}

/**
 * Tells what a request found and what its response leaves, when its handler has done all it does.
 *
 * @param before - A `snapshot()` from when the session was opened.
 */
export function inspect<Data extends object, Flash extends object>(
  session: Session<Data, Flash>,
  before: Snapshot,
  around: Surroundings,
): Inspection {
  const { store, cookieName } = around
  const state = stateOf(session)
  const now = Math.floor(Date.now() / 1000)
  const limits = limitsOf(state.policy, state.data)
  const { created, renewed } = session
  const after = snapshot(session)
  const isWritten = !isEqual(before, after) || (!session.new && isDue(limits, state, now))
  return {
    store,
    cookieName,
    now,
    created,
    idle: left(limits.timeout, isWritten ? 0 : now - renewed),
    absolute: left(limits.lifetime, now - created),
    sent: session.new ? null : sentCookie(around),
    set: isWritten ? setCookie(session, after, around, now) : null,
    isWritten,
    before: compare(before, before),
    after: compare(before, after),
  }
}

function sentCookie({ cookieName, header = '', store }: Surroundings): Cookie | null {
  const [token] = findCookies(header, `${cookieName}=`)
  const dot = token?.lastIndexOf('.') ?? -1
  if (token === undefined || dot < 0) return null
  const payload = token.slice(0, dot)
  const signature = signaturePart(token.length - dot, short(token.slice(dot + 1)))
  if (store !== 'cookie') return cookieOf(cookieName, [idPart(payload), signature], null)
  const json = new TextDecoder().decode(decodeBase64url(payload) ?? undefined)
  return cookieOf(cookieName, [...partsOfToken(payload, json), signature], json)
}

/** The cookie that the response is going to set: all but its signature, which is not made yet. */
function setCookie(session: Bare, after: Snapshot, around: Surroundings, now: number) {
  const { store, cookieName } = around
  const signature = signaturePart(signatureLength + '.'.length, '…')
  if (store !== 'cookie') {
    if (!session.new) return null // the id in the cookie stays good
    return cookieOf(cookieName, [idPart(toBase64url(session.id ?? '')), signature], null)
  }
  const data = Object.fromEntries([...after].map(([key, text]) => [key, JSON.parse(text)]))
  const json = JSON.stringify([now, session.created, data])
  return cookieOf(cookieName, [...partsOfToken(toBase64url(json), json), signature], json)
}

function cookieOf(name: string, value: Part[], json: string | null): Cookie {
  const nameParts: Part[] = [{ kind: 'name', label: 'Name', bytes: name.length, text: name }]
  const parts = nameParts.concat(value)
  return {
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    limit: maxCookieBytes,
    parts,
    json,
  }
}

function idPart(payload: string): Part {
  return { kind: 'id', label: 'Id', bytes: payload.length, text: short(payload) }
}

function signaturePart(bytes: number, text: string): Part {
  return { kind: 'signature', label: 'Signature', bytes, text }
}

/** The start of what would be a key if it were whole. */
function short(text: string): string {
  return `${text.slice(0, 6)}…`
}

/** What the session held, and holds, as a comparison line by line. */
function compare(before: Snapshot, after: Snapshot): Row[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .flatMap((key) => {
      const [old, current] = [before.get(key), after.get(key)]
      if (old === current) return [row(key, old, 'same')]
      return [row(key, old, 'removed'), row(key, current, 'added')]
    })
    .filter((line) => line !== null)
}

function row(key: string, text: string | undefined, change: Row['change']): Row | null {
  if (text === undefined) return null
  return { ...kindOf(key), value: key === csrfKey ? hidden : text, change }
}

function isEqual(before: Snapshot, after: Snapshot): boolean {
  return before.size === after.size && [...after].every(([key, text]) => before.get(key) === text)
}

function left(limit: number | null, passed: number): Left | null {
  return limit === null ? null : { left: Math.max(0, limit - passed), limit }
}

function toBase64url(text: string): string {
  return encodeBase64url(new TextEncoder().encode(text))
}
