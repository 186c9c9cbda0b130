import { boundOf } from './bound.ts'
import { persist } from './contention.ts'
import { maxCookieAge } from './cookie.ts'
import { guard, hashed } from './records.ts'
import type { Store } from './store.ts'

/**
 * Ends all sessions that were bound to a user before this moment, wherever they live: those that are
 * cookies, too, with all copies of the cookies.
 *
 * Their next request begins a new session. For that, each request that opens a session which is bound
 * asks the store, one call more. To go on in the session of this request, `bind()` it again afterwards.
 *
 * @param store - The one that `session()` was given as `revocations`: any will do. If it is KV, it takes
 * 60 seconds or more until other places know.
 * @throws {StoreError} When the store failed.
 *
 * @example
 * ```ts
 * await revokeSessions(store, 'mary')
 * session.bind('mary')
 * ```
 */
export async function revokeSessions(store: Store, user: string): Promise<void> {
  const guarded = guard(store)
  const key = await momentKey(user)
  let before = await guarded.get(key)
  await persist(guarded, key, 'last', async (swap) => {
    const { swapped, kept } = await swap(
      before,
      String(Math.max(Date.now(), Number(before))),
      maxCookieAge,
    )
    before = kept
    return swapped || undefined
  })
}

/** Tells whether a session was bound to its user before that user's sessions were ended. */
export async function isRevoked(store: Store, data: object): Promise<boolean> {
  const bound = boundOf(data)
  if (!bound) return false
  const [user, at] = bound
  return at < Number(await store.get(await momentKey(user)))
}

function momentKey(user: string): Promise<string> {
  return hashed('revoked', user)
}
