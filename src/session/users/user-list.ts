import type { BoundedStore } from '../contention/bounded-store.ts'
import { untilSwapped } from '../contention/retry.ts'
import { maxCookieAge } from '../cookie/cookie.ts'
import { hashedKey } from '../lifecycle/ids.ts'
import { live, type Payload } from '../lifecycle/payload.ts'
import { userOf } from './binding.ts'

/**
 * Seconds after which a session on a list is in the store, or never will be. A request
 * waits for stores for at most 10 seconds; the rest is for clocks that differ.
 */
const settledAfter = 60

/** A session on a user's list. */
export interface Entry {
  /** Its key in the store. */
  readonly key: string
  /** When it was put there, in seconds since the epoch. */
  readonly at: number
  /** The key of the session that it was regenerated from, or that was logged in. */
  readonly previous?: string | undefined
  /** Whether it is about to be ended. */
  readonly isMarked?: boolean
}

/** An entry as a store keeps it. */
type Row = [key: string, at: number, previous?: string | null, ended?: true]

/** The sessions of one user, kept under one key of the store. */
export interface UserList {
  readonly store: BoundedStore
  readonly user: string
  readonly key: string
}

/** Makes the list of a user. */
export async function userList(
  store: BoundedStore,
  { user, name }: { user: string; name: string },
): Promise<UserList> {
  return { store, user, key: await hashedKey('user:', user, name) }
}

/** Reads a list. */
export async function readList({ store, key }: UserList): Promise<Entry[]> {
  return parseList(await store.get(key))
}

/**
 * Changes a list.
 *
 * @param make - Returns the entries from now on, or `null` to leave the list alone.
 * @param entries - The list, if it has been read a moment ago.
 * @returns What `make` returned.
 */
export async function changeList(
  { store, key }: UserList,
  make: (entries: Entry[]) => Promise<Entry[] | null> | Entry[] | null,
  entries?: Entry[],
): Promise<Entry[] | null> {
  let before = entries && formatList(entries)
  const { made } = await untilSwapped({ store, key, place: 'last' }, async () => {
    // Read in turn, and swapped without the queue's shortcut: `make` may leave the list alone because of
    // what it reads, so that must be what the store has.
    if (before === undefined) before = await store.get(key)
    const made = await make(parseList(before))
    if (made === null) return { made }
    const { swapped, kept } = await store.swap(key, before, formatList(made), maxCookieAge)
    before = kept
    return swapped ? { made } : undefined
  })
  return made
}

/** Takes entries off a list. */
export async function delist(list: UserList, isMeant: (entry: Entry) => boolean): Promise<void> {
  await changeList(list, (entries) =>
    entries.some(isMeant) ? entries.filter((entry) => !isMeant(entry)) : null,
  )
}

/** Whether the session of an entry may not be in the store yet. */
export function isUnsettled({ at }: Entry): boolean {
  return Date.now() / 1000 - at < settledAfter
}

/** A session in the store. */
export interface StoredSession {
  readonly key: string
  readonly payload: Payload
}

/**
 * Finds the session of an entry, if it is the user's: under its key, or still under the one before,
 * where a request that regenerated it is under way, or stopped half way.
 */
export async function findSession(
  list: UserList,
  { key, previous }: Entry,
): Promise<StoredSession | null> {
  const payload = await readSession(list, key)
  if (payload) return { key, payload }
  const before = previous === undefined ? null : await readSession(list, previous)
  return before && { key: previous as string, payload: before }
}

async function readSession({ store, user }: UserList, key: string): Promise<Payload | null> {
  return ofUser(user, live(await store.get(key)))
}

/** A session, if it is the user's. */
export function ofUser(user: string, payload: Payload | null): Payload | null {
  return payload && userOf(payload.data) === user ? payload : null
}

function parseList(text: string | null): Entry[] {
  const rows: Row[] = text === null ? [] : JSON.parse(text)
  return rows.map(([key, at, previous, ended]) => ({
    key,
    at,
    previous: previous ?? undefined,
    isMarked: ended === true,
  }))
}

/** @returns `null`, which removes it, for an empty list. */
function formatList(entries: Entry[]): string | null {
  if (entries.length === 0) return null
  const rows = entries.map(({ key, at, previous, isMarked }): Row => {
    if (isMarked) return [key, at, previous ?? null, true]
    return previous === undefined ? [key, at] : [key, at, previous]
  })
  return JSON.stringify(rows)
}
