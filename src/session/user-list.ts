import { userOf } from './bound.ts'
import { persist } from './contention.ts'
import type { Kept } from './kept.ts'
import { alive, hashed } from './records.ts'
import type { State } from './state.ts'
import type { Store } from './store.ts'

/** Seconds that a list outlives the user's last login, as long as a cookie may live. */
const ttl = 34_560_000

/** Seconds after which a session that was put on a list is in the store, or never will be. */
const grace = 60

/** A session on a list: its key in the store, and when it was put there, in seconds since the epoch. */
type Entry = [key: string, at: number]

/**
 * Puts a session that is about to be kept on its user's list, and takes off what is over.
 *
 * First the list and then the session: one that is not kept after all does no harm on it, and one that
 * is not on it could not be ended.
 */
export async function enlist(store: Store, { data, now }: State, key: string): Promise<void> {
  const user = userOf(data)
  if (user === undefined || store.isEventual) return
  const at = await listKey(user)
  let before = await store.get(at)
  await persist(store, at, async (swap) => {
    const entries = await Promise.all(
      entriesOf(before).map(async (entry) => {
        if (entry[0] === key) return []
        return now - entry[1] < grace || (await find(store, entry[0], user)) ? [entry] : []
      }),
    )
    const { swapped, kept } = await swap(
      before,
      JSON.stringify([...entries.flat(), [key, now]]),
      ttl,
    )
    before = kept
    return swapped || undefined
  })
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
  return persist(store, key, async (swap) => {
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
