import { endMarked } from './end-sessions.ts'
import { changeList, type Entry, findSession, isUnsettled, type UserList } from './user-list.ts'

/** Live sessions of one user, so that a login, and the end of all, has a bounded cost. */
const mostLive = 20

/** Entries of a list in all, so that logins that stopped half way cannot make it grow forever. */
const mostEntries = 2 * mostLive

/** A session that is to be on a list. */
export interface Candidate {
  readonly key: string
  /** The session that it continues. */
  readonly previous?: PreviousSession | undefined
}

/** A session that continues under another key. */
export interface PreviousSession {
  readonly key: string
  /** Whether it is bound to the same user. If not, its own entry is that of a login under way. */
  readonly isOwn: boolean
}

/**
 * Puts a session that is about to be kept on its user's list, in place of the one that it continues.
 *
 * The list comes first and the session after it: an entry whose session is not kept does no harm, and
 * a session that is on no list could not be ended.
 *
 * @returns Whether the session may be stored: the one that it continues is not being ended.
 */
export async function enlist(list: UserList, { key, previous }: Candidate): Promise<boolean> {
  let makeRoom: ((entries: Entry[]) => Entry[]) | undefined
  const entries = await changeList(list, async (entries) => {
    // One with the same `previous` is of a request at the same time: only one of the two will last.
    const related = previous ? [key, previous.key] : [key]
    const isRelated = (each: Entry) =>
      related.includes(each.key) || (previous && each.previous === previous.key)
    if (entries.some((each) => each.isMarked && isRelated(each))) return null
    const isReplaced = (each: Entry) =>
      each.key === key || (previous?.isOwn && each.key === previous.key)
    const others = entries.filter((each) => !isReplaced(each))
    if (others.length >= mostLive) makeRoom ??= await findRoom(list, others)
    const entry = { key, previous: previous?.key, at: Math.floor(Date.now() / 1000) }
    return [...(makeRoom?.(others) ?? others), entry]
  })
  if (entries && makeRoom) await endMarked(list, entries)
  return entries !== null
}

/**
 * Finds out which sessions of a full list are over, and which must end: the oldest.
 *
 * @returns A function that removes the former from a list, and marks the latter.
 */
async function findRoom(list: UserList, entries: Entry[]): Promise<(entries: Entry[]) => Entry[]> {
  const unmarked = entries.filter(({ isMarked }) => !isMarked)
  const sessions = await Promise.all(unmarked.map((entry) => findSession(list, entry)))
  const isLive = (_: Entry, i: number) => sessions[i] !== null
  const over = keysOf(unmarked.filter((entry, i) => !isLive(entry, i) && !isUnsettled(entry)))
  const live = unmarked.filter(isLive)
  const begun = unmarked.filter((entry, i) => !isLive(entry, i) && isUnsettled(entry))
  const ending = keysOf([
    ...oldest(live, live.length + 1 - mostLive),
    ...oldest(begun, live.length + begun.length + 1 - mostEntries),
  ])
  return (current) =>
    current
      .filter(({ key }) => !over.has(key))
      .map((each) => (ending.has(each.key) ? { ...each, isMarked: true } : each))
}

function oldest(entries: Entry[], count: number): Entry[] {
  return entries.slice(0, Math.max(0, count))
}

function keysOf(entries: Entry[]): Set<string> {
  return new Set(entries.map(({ key }) => key))
}
