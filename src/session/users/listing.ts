import type { Write } from '../lifecycle/store/write.ts'
import type { Entries } from '../state/changes.ts'
import { userOf } from './binding.ts'
import { endMarked } from './end-sessions.ts'
import { enlist } from './enlist.ts'
import { delist, isUnsettled, readList, type UserList, userList } from './user-list.ts'

/** A session that is to be kept under a key. */
interface Candidate {
  readonly key: string
  readonly data: Entries
  /** The session that it continues. */
  readonly old?: Holding | undefined
}

/** A session that is under a key. */
interface Holding {
  readonly key: string
  readonly data: Entries
}

/**
 * Puts a session on its user's list.
 *
 * @returns Whether it may be stored: the session that it continues is not being ended.
 */
export async function putOnList(write: Write, { key, data, old }: Candidate): Promise<boolean> {
  const list = await listOf(write, data)
  if (!list) return true
  const previous = old && { key: old.key, isOwn: userOf(old.data) === list.user }
  return enlist(list, { key, previous })
}

/** Takes a session that is over off the list of the user that it was bound to. */
export async function leaveList(write: Write, { key, data }: Holding): Promise<void> {
  const list = await listOf(write, data)
  if (list) await delist(list, (each) => each.key === key)
}

/**
 * Takes a session that has been bound to another user off the list of the user before, unless it was put
 * there a moment ago: perhaps to be bound back.
 */
export async function leaveListBehind(write: Write, { key, data }: Holding): Promise<void> {
  const list = await listOf(write, data)
  if (list) await delist(list, (each) => each.key === key && !isUnsettled(each))
}

/**
 * Ends the sessions that are marked and not ended yet, after one was refused because of a mark: a
 * request that stopped half way must not cause it to be refused forever.
 */
export async function completeEnding(write: Write, data: Entries): Promise<void> {
  const list = await listOf(write, data)
  if (list) await endMarked(list, await readList(list))
}

/** The list of the user that a session is bound to; `null`: it is on none. */
async function listOf({ store, settings }: Write, data: Entries): Promise<UserList | null> {
  const user = userOf(data)
  if (user === undefined || store.isEventual) return null
  return userList(store, { user, name: settings.cookie.baseName })
}
