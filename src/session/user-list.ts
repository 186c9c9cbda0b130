import { userOf } from './bound.ts'
import { persist } from './contention.ts'
import { maxCookieAge } from './cookie.ts'
import type { Kept } from './kept.ts'
import { alive, hashed } from './records.ts'
import type { Store } from './store.ts'

/** Seconds after which a session that was put on a list is in the store, or never will be. */
const grace = 60

/** Sessions of one user: more would let logins, and the end of them all, cost without limit. */
const most = 20

/** A session on a list: its key in the store, and when it was put there, in seconds since the epoch. */
type Entry = [key: string, at: number]

/**
 * Puts a session that is about to be kept on its user's list.
 *
 * First the list and then the session: one that is not kept after all does no harm on it, and one that
 * is not on it could not be ended.
 *
 * @param data - Of the session. If nobody is bound to it, there is nothing to do.
 * @param now - Seconds since the epoch.
 */
export async function enlist(store: Store, data: object, key: string, now: number): Promise<void> {
  const user = userOf(data)
  if (user === undefined || store.isEventual) return
  const at = await listKey(user)
  let before = await store.get(at)
  await persist(store, at, 'last', async (swap) => {
    const entries = entriesOf(before).filter(([listed]) => listed !== key)
    const others = entries.length < most ? entries : await shorten(store, user, entries, now)
    const { swapped, kept } = await swap(
      before,
      JSON.stringify([...others, [key, now]]),
      maxCookieAge,
    )
    before = kept
    return swapped || undefined
  })
}

/** Makes room on a full list: takes off what is over, and ends the oldest if that is not enough. */
async function shorten(
  store: Store,
  user: string,
  entries: Entry[],
  now: number,
): Promise<Entry[]> {
  const isThere = await Promise.all(
    entries.map(async ([key, at]) => now - at < grace || (await find(store, key, user)) !== null),
  )
  const left = entries.filter((_, i) => isThere[i])
  while (left.length >= most && (await remove(store, (left[0] as Entry)[0], user))) left.shift()
  return left
}

/** Makes the key of a user's list. */
export function listKey(user: string): Promise<string> {
  return hashed('user', user)
}

/** Takes a list apart. */
export function entriesOf(list: string | null): Entry[] {
  return list === null ? [] : JSON.parse(list)
}

/** Reads what is kept under a key, if it is a session of this user's. */
export async function find(store: Store, key: string, user: string): Promise<Kept | null> {
  return ofUser(user, await store.get(key))
}

/** Removes a session of this user's, so that its next request begins a new one, and may log in. */
export async function remove(store: Store, key: string, user: string): Promise<boolean> {
  let before = await store.get(key)
  return persist(store, key, 'next', async (swap) => {
    if (!ofUser(user, before)) return false
    const { swapped, kept } = await swap(before, null, 1)
    before = kept
    return swapped || undefined
  })
}

function ofUser(user: string, text: string | null): Kept | null {
  const kept = alive(text)
  return kept && userOf(kept.data) === user ? kept : null
}
