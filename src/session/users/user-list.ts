import type { BoundedStore } from '../contention/bounded-store.ts'
import { untilSwapped } from '../contention/retry.ts'
import { maxCookieAge } from '../cookie/cookie.ts'
import { hashedKey } from '../lifecycle/ids.ts'
import { type Payload, parsePayload } from '../lifecycle/payload.ts'
import { tombstoneFor, tombstoneTtl } from '../lifecycle/tombstone.ts'
import { userOf } from './binding.ts'

/** Seconds after which a session that was put on a list is in the store, or never will be. */
const settled = 60

/** Live sessions of one user: more would let logins, and the end of all, cost without limit. */
const most = 20

/** A session on a user's list. */
export interface Entry {
  /** Its key in the store. */
  readonly key: string
  /** When it was put there, in seconds since the epoch. */
  readonly at: number
  /** The key of the session that it was regenerated from, or that was logged in. */
  readonly previous?: string | undefined
  /** Somebody is about to end it. */
  readonly isMarked?: boolean
}

/** As a store keeps an entry. */
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
 * Puts a session that is about to be kept on its user's list, in place of the one that it continues.
 *
 * The list comes first and the session after it: an entry whose session is not kept does no harm, and
 * a session that is on no list could not be ended.
 *
 * @returns Whether the session may be kept: nobody is ending the one that it continues.
 */
export async function enlist(list: UserList, entry: Entry): Promise<boolean> {
  let room: Room | undefined
  const ended = await changeList(list, async (entries) => {
    const replaced = entries.filter((each) => isSame(each, entry))
    if (replaced.some(({ isMarked }) => isMarked)) return null
    const others = entries.filter((each) => !replaced.includes(each))
    if (others.length < most) return [...others, entry]
    room ??= await findRoom(list, others, entry.at)
    return [...room.applyTo(others), entry]
  })
  if (room && room.marked.size > 0) await endMarked(list)
  return ended !== null
}

/** Takes a session off its user's list. */
export async function delist(list: UserList, key: string): Promise<void> {
  await changeList(list, async (entries) => {
    const left = entries.filter((each) => each.key !== key)
    return left.length < entries.length ? left : null
  })
}

/**
 * Ends sessions on a list: first all are marked, so that none continues under another key, then their
 * records end, then they come off the list.
 *
 * @returns How many were alive.
 */
export async function endEntries(
  list: UserList,
  isMeant: (entry: Entry) => boolean,
): Promise<number> {
  const entries = await changeList(list, async (entries) => {
    if (!entries.some(isMeant)) return null
    return entries.map((each) => (isMeant(each) ? { ...each, isMarked: true } : each))
  })
  return entries === null ? 0 : endMarked(list, entries)
}

/** Ends the records of the marked entries, and takes them off the list. */
async function endMarked(list: UserList, entries?: Entry[]): Promise<number> {
  const marked = (entries ?? (await readList(list))).filter(({ isMarked }) => isMarked)
  const ended = await Promise.all(marked.map((entry) => endEntry(list, entry)))
  const keys = keysOf(marked)
  await changeList(list, async (current) =>
    current.filter(({ key, isMarked }) => !(isMarked && keys.has(key))),
  )
  return ended.filter(Boolean).length
}

async function endEntry(list: UserList, { key, at, previous }: Entry): Promise<boolean> {
  const mayBeKeptYet = Date.now() / 1000 - at < settled
  const [ended, endedBefore] = await Promise.all([
    endKey(list, key, mayBeKeptYet),
    previous !== undefined && endKey(list, previous, false),
  ])
  return ended || endedBefore
}

/**
 * Ends the session under a key, if it is this user's.
 *
 * @param mayBeKeptYet - Whether a login may be about to keep it: then a tombstone prevents that.
 * @returns Whether it was alive.
 */
export async function endKey(
  { store, user }: UserList,
  key: string,
  mayBeKeptYet: boolean,
): Promise<boolean> {
  let before = await store.get(key)
  return untilSwapped({ store, key, place: 'next' }, async (swap) => {
    const isLive = before !== null && ofUser(user, before) !== null
    if (!isLive && !(before === null && mayBeKeptYet)) return false
    const after = isLive ? null : tombstoneFor(undefined)
    const { swapped, kept } = await swap(before, after, tombstoneTtl)
    before = kept
    return swapped ? isLive : undefined
  })
}

/** Reads the session under a key, if it is this user's. */
export async function readSession({ store, user }: UserList, key: string): Promise<Payload | null> {
  const text = await store.get(key)
  return text === null ? null : ofUser(user, text)
}

/** Room on a full list: entries that are gone, and the oldest that must end. */
interface Room {
  readonly marked: ReadonlySet<string>
  applyTo(entries: Entry[]): Entry[]
}

async function findRoom(list: UserList, entries: Entry[], now: number): Promise<Room> {
  const sessions = await Promise.all(entries.map(({ key }) => readSession(list, key)))
  const isKept = (_: Entry, i: number) => sessions[i] !== null
  const mayBeKeptYet = ({ at }: Entry) => now - at < settled
  const gone = keysOf(entries.filter((entry, i) => !isKept(entry, i) && !mayBeKeptYet(entry)))
  const living = entries.filter(isKept).filter(({ isMarked }) => !isMarked)
  const marked = keysOf(living.slice(0, Math.max(0, living.length - most + 1)))
  return {
    marked,
    applyTo: (current) =>
      current
        .filter(({ key }) => !gone.has(key))
        .map((each) => (marked.has(each.key) ? { ...each, isMarked: true } : each)),
  }
}

function keysOf(entries: Entry[]): Set<string> {
  return new Set(entries.map(({ key }) => key))
}

/** Whether an entry is that of the same session: under its key, or on the way to another. */
function isSame(each: Entry, { key, previous }: Entry): boolean {
  if (each.key === key) return true
  return previous !== undefined && (each.key === previous || each.previous === previous)
}

/**
 * Changes a list.
 *
 * @param make - Returns the entries from now on, or `null` to leave the list alone.
 * @returns What `make` returned.
 */
async function changeList(
  { store, key }: UserList,
  make: (entries: Entry[]) => Promise<Entry[] | null>,
): Promise<Entry[] | null> {
  let before = await store.get(key)
  const { entries } = await untilSwapped({ store, key, place: 'last' }, async (swap) => {
    const entries = await make(parseList(before))
    if (entries === null) return { entries }
    const { swapped, kept } = await swap(before, formatList(entries), maxCookieAge)
    before = kept
    return swapped ? { entries } : undefined
  })
  return entries
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

function ofUser(user: string, text: string): Payload | null {
  const payload = parsePayload(text)
  return payload && userOf(payload.data) === user ? payload : null
}
