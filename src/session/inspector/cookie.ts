import { decodeBase64url, encodeBase64url } from '../codecs/base64url.ts'
import { maxCookieBytes } from '../cookie/cookie.ts'
import { formatPayload } from '../lifecycle/payload.ts'
import type { Policy, State } from '../state/state.ts'
import { type Part, partsOfToken } from './parts.ts'

/** A session's cookie, as it was sent or as it will be set. */
export interface Cookie {
  /** Of name and value together. */
  readonly bytes: number
  /** What browsers keep at most. */
  readonly limit: number
  readonly parts: readonly Part[]
  /** Its payload, as JSON; `null` if it carries an id, or cannot be read. */
  readonly json: string | null
}

/** Characters of an HMAC-SHA-256 in base64url. */
const signatureLength = 43

/** Takes apart a token that was honored. */
export function sentCookie({ hasIds, format }: Policy, token: string): Cookie {
  const dot = token.lastIndexOf('.')
  if (format.protection !== 'signed' || dot < 0) {
    const whole: Part = { kind: 'sealed', label: 'Token', bytes: token.length, text: short(token) }
    return cookieOf(format.cookieName, [whole], null)
  }
  const payload = token.slice(0, dot)
  const signature = signaturePart(token.length - dot, short(token.slice(dot + 1)))
  if (hasIds) return cookieOf(format.cookieName, [idPart(payload), signature], null)
  const json = new TextDecoder().decode(decodeBase64url(payload) ?? undefined)
  return cookieOf(format.cookieName, [...partsOfToken(payload, json), signature], json)
}

/**
 * The cookie that a response is going to set, all but its signature, which is not made yet.
 *
 * @returns `null` if it sets none, or only its codec knows how long it will be.
 */
export function nextCookie(state: State, now: number): Cookie | null {
  const { format, hasIds } = state.policy
  const isSame = hasIds && state.id === state.openedAs && !state.isNew
  if (format.protection !== 'signed' || isSame) return null
  const signature = signaturePart(signatureLength + '.'.length, '…')
  if (hasIds) {
    return cookieOf(format.cookieName, [idPart(toBase64url(state.id ?? '')), signature], null)
  }
  const json = formatPayload({ renewed: now, created: state.created, data: state.data })
  return cookieOf(format.cookieName, [...partsOfToken(toBase64url(json), json), signature], json)
}

function cookieOf(name: string, value: Part[], json: string | null): Cookie {
  const parts: Part[] = [{ kind: 'name', label: 'Name', bytes: name.length, text: name }, ...value]
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0)
  return { bytes, limit: maxCookieBytes, parts, json }
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

function toBase64url(text: string): string {
  return encodeBase64url(new TextEncoder().encode(text))
}
