import { untilSwapped } from '../contention/retry.ts'
import { live } from '../lifecycle/payload.ts'
import { tombstoneFor, tombstoneTtl } from '../lifecycle/tombstone.ts'
import { changeList, type Entry, isUnsettled, ofUser, type UserList } from './user-list.ts'

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
  // Swapped even if there is nothing to mark: the list that was read may be stale, from a replica.
  const entries = await changeList(list, (entries) =>
    entries.map((each) => (isMeant(each) ? { ...each, isMarked: true } : each)),
  )
  return endMarked(list, entries ?? [])
}

/**
 * Ends the records of the marked entries, and takes them off the list.
 *
 * @param entries - The list as it is.
 * @returns How many were alive.
 */
export async function endMarked(list: UserList, entries: Entry[]): Promise<number> {
  const marked = entries.filter(({ isMarked }) => isMarked)
  if (marked.length === 0) return 0
  const ended = await Promise.all(marked.map((entry) => endEntry(list, entry)))
  const keys = new Set(marked.map(({ key }) => key))
  const isOver = ({ key, isMarked }: Entry) => isMarked && keys.has(key)
  await changeList(list, (current) => current.filter((entry) => !isOver(entry)), entries)
  return ended.filter(Boolean).length
}

/** Ends the session of an entry, under both its keys. */
async function endEntry(list: UserList, entry: Entry): Promise<boolean> {
  const { key, previous } = entry
  const [ended, endedBefore] = await Promise.all([
    endKey(list, key, isUnsettled(entry)),
    previous !== undefined && endKey(list, previous, false),
  ])
  return ended || endedBefore
}

/**
 * Ends the session under a key, if it is this user's.
 *
 * @param mayBeginYet - Whether a login may be about to write it, or to make a session that is there
 * this user's. Then it ends even if it is not, and leaves a tombstone, which drops that login.
 * @returns Whether it was alive, and this user's.
 */
async function endKey(
  { store, user }: UserList,
  key: string,
  mayBeginYet: boolean,
): Promise<boolean> {
  let before = await store.get(key)
  return untilSwapped({ store, key, place: 'next' }, async (swap) => {
    const payload = live(before)
    if (before !== null && payload === null) return false // it has ended
    const isOwn = ofUser(user, payload) !== null
    if (!isOwn && !mayBeginYet) return false
    const after = mayBeginYet ? tombstoneFor(payload?.data) : null
    const { swapped, kept } = await swap(before, after, tombstoneTtl)
    before = kept
    return swapped ? isOwn : undefined
  })
}
