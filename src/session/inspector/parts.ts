import { csrfKey } from '../state/reserved-keys.ts'
import { type Kind, kindOf } from './kinds.ts'

/** A part of a cookie or of a payload. */
export interface Part {
  readonly kind: Kind
  readonly label: string
  /** Bytes of the cookie. */
  readonly bytes: number
  /** Its characters; the CSRF token's are left out, so that a picture of the page is no key. */
  readonly text: string
}

/** Splits a payload's JSON where its keys begin; each part includes the punctuation that follows. */
export function partsOfPayload(json: string): Part[] {
  const [renewed, created, data] = JSON.parse(json)
  const entries = Object.entries<unknown>(data)
  const pieces = entries.map(([key, value], i) => {
    const text = JSON.stringify({ [key]: value }).slice(1, -1)
    return { ...kindOf(key), text: text + (i < entries.length - 1 ? ',' : '}]') }
  })
  const start = `[${renewed},${created},{${entries.length > 0 ? '' : '}]'}`
  const all = [{ kind: 'times' as Kind, label: 'Timestamps', text: start }, ...pieces]
  // Another program's formatting, such as Python's with spaces, is not taken apart.
  const isWhole = all.map(({ text }) => text).join('') === json
  const parts = isWhole ? all : [{ kind: 'sealed' as Kind, label: 'Payload', text: json }]
  return parts.map((part) => ({ ...part, bytes: byteLength(part.text) }))
}

/** Splits a token's payload as its JSON is split: three bytes of it are four characters. */
export function partsOfToken(payload: string, json: string): Part[] {
  let bytes = 0
  let start = 0
  const parts = partsOfPayload(json)
  return parts.map((part, i) => {
    bytes += part.bytes
    const end = i === parts.length - 1 ? payload.length : Math.round((bytes * 4) / 3)
    const text = payload.slice(start, end)
    start = end
    return { ...part, bytes: text.length, text: part.kind === 'csrf' ? '…' : text }
  })
}

/** A payload's JSON without the CSRF token. */
export function withoutSecret(json: string): string {
  const [renewed, created, data] = JSON.parse(json)
  const shown = csrfKey in data ? { ...data, [csrfKey]: hidden } : data
  return JSON.stringify([renewed, created, shown])
}

/** What is shown in place of the CSRF token. */
export const hidden = '(hidden)'

export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length
}
