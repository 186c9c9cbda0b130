import { type BoundedStore, boundedStore } from '../contention/bounded-store.ts'
import { untilSwapped } from '../contention/retry.ts'
import { maxCookieAge } from '../cookie/cookie.ts'
import { defaultName, hashedKey, type SessionName } from '../lifecycle/ids.ts'
import type { Entries } from '../state/changes.ts'
import { assertGiven, type Store } from '../store.ts'
import { assertUser, boundOf } from './binding.ts'

/**
 * The generation of sessions that counts, and when the last one ended, in milliseconds since the epoch.
 * Generations only grow: each is at least the time in seconds, so that one counts even if the store
 * has forgotten earlier ones.
 */
type Revocation = [generation: number, at: number]

/**
 * Ends all sessions that were bound to a user before this moment, wherever they live: also those that
 * are cookies, with all copies of the cookies.
 *
 * Their next request begins a new session. To make that possible, each request that opens a bound
 * session makes one more call to the store. To continue in the session of this request, `bind()` it
 * again afterward.
 *
 * @param store - The one that `session()` was given as `revocations`: any will do. With KV it takes 60
 * seconds or more until other places know.
 * @param user - As given to `bind()`.
 * @param options - The name of the session's cookie, where it is not `'session'`.
 * @throws {TypeError} When `user` is not a non-empty string.
 * @throws {StoreError} When the store failed, or 10 seconds were not enough.
 *
 * @example
 * ```ts
 * await revokeSessions(store, 'mary')
 * session.bind('mary')
 * ```
 */
export async function revokeSessions(
  store: Store,
  user: string,
  options: SessionName = {},
): Promise<void> {
  assertUser(user, 'revokeSessions()')
  assertGiven(store, 'revokeSessions(): there is no store: give that of session()')
  const bounded = boundedStore(store)
  const key = await revocationKey(user, options.name ?? defaultName)
  let before = await bounded.get(key)
  await untilSwapped({ store: bounded, key, place: 'last' }, async (swap) => {
    const [generation, at] = parseRevocation(before)
    const now = Date.now()
    const next: Revocation = [Math.max(generation + 1, Math.floor(now / 1000)), Math.max(now, at)]
    const { swapped, kept } = await swap(before, JSON.stringify(next), maxCookieAge)
    before = kept
    return swapped || undefined
  })
}

/** Reads the generation that a session which is bound now belongs to. */
export async function generationOf(
  store: BoundedStore,
  user: string,
  name: string,
): Promise<number> {
  const [generation] = parseRevocation(await store.get(await revocationKey(user, name)))
  return generation
}

/**
 * Whether a session was bound to its user before that user's sessions were revoked.
 *
 * Generations are compared, not clocks. But an eventually consistent store may have shown a login a
 * generation that was stale, so there the time of binding counts as well.
 */
export async function isRevoked(
  store: BoundedStore,
  data: Entries,
  name: string,
): Promise<boolean> {
  const bound = boundOf(data)
  if (!bound) return false
  const text = await store.get(await revocationKey(bound.user, name))
  const [generation, at] = parseRevocation(text)
  if (bound.generation >= generation) return false
  return !(store.isEventual && bound.at >= at)
}

function revocationKey(user: string, name: string): Promise<string> {
  return hashedKey('revoked:', user, name)
}

function parseRevocation(text: string | null): Revocation {
  return text === null ? [0, 0] : JSON.parse(text)
}
