import { encodeBase64url } from './codecs/base64url.ts'
import { withDeadline } from './deadline.ts'
import { StoreError } from './errors.ts'
import { type Kept, parse } from './kept.ts'
import type { Store } from './store.ts'
import { toUtf8 } from './utf8.ts'

/** What a store keeps for a while under the id of a session that has ended. No session is such a text. */
export const tombstone = 'ended'

/** Seconds that a tombstone stands. After that the id is unknown, and so begins a new session. */
export const tombstoneTtl = 60

/** Tells whether a text has the form of an id. */
export function isId(text: string): boolean {
  return /^[\w-]{43}$/.test(text)
}

/** Tells whether a text marks a session that has ended. */
export function isTombstone(text: string): boolean {
  return text === tombstone
}

/**
 * Makes the key under which a store keeps a session: a hash of its id, so that who sees the store
 * cannot make a cookie of what is there. For tools that look into a store.
 *
 * @param id - A `session.id`.
 */
export function storeKey(id: string): Promise<string> {
  return hashed('session', id)
}

/** Makes the key of something that is kept of an id, or of a user's name. */
export async function hashed(kind: string, name: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', toUtf8(name))
  return `${kind}:${encodeBase64url(new Uint8Array(hash))}`
}

/** Reads what a store keeps of a session. However late it came, only what has ended is no session. */
export function alive(text: string | null): Kept | null {
  return text === null || isTombstone(text) ? null : parse(text, Number.POSITIVE_INFINITY)
}

/** Seconds after which a store that does not answer has failed. */
const patience = 10

/** Sees to it that whatever goes wrong in a store is a `StoreError`, in time. */
export function guard(store: Store): Store {
  return {
    isEventual: store.isEventual === true,
    get: (key) => orStoreError(() => store.get(key)),
    swap: (...given) => orStoreError(() => store.swap(...given)),
  }
}

async function orStoreError<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await withDeadline(patience, call)
  } catch (cause) {
    if (cause instanceof StoreError) throw cause
    throw new StoreError('session: the store failed', { cause })
  }
}
