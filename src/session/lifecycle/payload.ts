import type { Entries } from '../state/changes.ts'
import { isTooDeep } from '../state/json.ts'
import { maxSkew } from './limits.ts'

/** Characters that nesting deeper than `set()` allows takes: a bracket to open and one to close. */
const shortestDeep = 2 * 64

/** Numbers that JSON.parse() may read as Infinity, which JSON.stringify() writes as `null`. */
const mayOverflow = /\de\+?\d{3}|(?<!\d)\d{309}/i

/** What a session consists of, as Pyramid has it: `[renewed, created, data]`, in whole seconds. */
export interface Payload {
  readonly renewed: number
  readonly created: number
  readonly data: Entries
}

/** Makes the JSON of a payload. */
export function formatPayload({ renewed, created, data }: Payload): string {
  return JSON.stringify([renewed, created, Object.fromEntries(data)])
}

/**
 * Reads the JSON of a payload.
 *
 * @param clock - Seconds since the epoch. @default never too early for its stamps
 * @returns `null` when it is not a session.
 */
export function parsePayload(text: string, clock = Number.POSITIVE_INFINITY): Payload | null {
  let parts: unknown
  try {
    parts = JSON.parse(text)
    if (mayOverflow.test(text)) parts = JSON.parse(JSON.stringify(parts))
  } catch {
    return null // ours by its signature or its place, but not JSON
  }
  if (!Array.isArray(parts) || parts.length !== 3) return null
  const [renewed, created, data]: unknown[] = parts
  if (!isTime(renewed, clock) || !isTime(created, clock)) return null
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return null
  // It could not be written again. A short payload cannot nest that deep.
  if (text.length > shortestDeep && isTooDeep(data)) return null
  return { renewed, created, data: new Map(Object.entries(data)) }
}

/** Reads a session from its record, even an expired one; `null` if the session has ended. */
export function live(text: string | null): Payload | null {
  return text === null ? null : parsePayload(text)
}

function isTime(value: unknown, clock: number): value is number {
  return typeof value === 'number' && value >= 0 && value <= clock + maxSkew
}
