import { randomString } from '../codecs/random.ts'
import type { Entries } from '../state/changes.ts'
import { csrfKey } from '../state/reserved-keys.ts'

/** Seconds that a tombstone stays. After that the id is unknown, and begins a new session. */
export const tombstoneTtl = 60

/** Seconds after the end during which a request may have been sent before the browser knew of it. */
const recent = 10

/** How many tombstones lead from an old id to the session that it has become. */
export const maxSuccessors = 5

/** What a store keeps for a while under the key of a session that has ended. */
export interface Tombstone {
  /** Seconds since the epoch, with their fraction. */
  readonly at: number
  readonly how: 'ended' | 'regenerated'
  /** The CSRF token of the session, or a random one if it had none. */
  readonly token: string
  /** The key of the session that it was regenerated to. */
  readonly next?: string
}

/** Makes the tombstone of a session that ends now. */
export function tombstoneFor(data: Entries | undefined, next?: string): string {
  const token = data?.get(csrfKey)
  const tombstone: Tombstone = {
    at: Date.now() / 1000,
    how: next === undefined ? 'ended' : 'regenerated',
    token: typeof token === 'string' && token !== '' ? token : randomString(18),
    ...(next !== undefined && { next }),
  }
  return JSON.stringify(tombstone)
}

/** Reads a tombstone. @returns `null` for anything else that a store keeps. */
export function parseTombstone(text: string): Tombstone | null {
  // A session is a JSON array.
  return text.startsWith('{"at":') ? JSON.parse(text) : null
}

/** Whether a request may have been sent before the browser knew that the session had ended. */
export function isRecent({ at }: Tombstone, clock: number): boolean {
  return clock - at < recent
}
