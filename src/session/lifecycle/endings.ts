import { untilSwapped } from '../contention/retry.ts'
import { StoreError } from '../errors.ts'
import { userOf } from '../users/binding.ts'
import type { Found } from './engine.ts'
import type { Payload } from './payload.ts'
import { live, merge, putOnList, type Record, takeOffList, type Write } from './records.ts'
import { maxSuccessors, parseTombstone, tombstoneFor, tombstoneTtl } from './tombstone.ts'

/** A session that ends. */
export interface Old {
  readonly found: Found
  readonly key: string
  /** Whether it was honoured. If not, nothing of it continues, and the store may have forgotten it. */
  readonly isLive: boolean
}

/**
 * Ends a session, after the one that continues it has been kept.
 *
 * @param next - The session that takes its place, if there is one.
 * @returns Whether this request ended it. If another did, the new one is removed again.
 */
export async function endSession(write: Write, old: Old, next: Record | null): Promise<boolean> {
  const { store, visit, ending } = write
  const continues = old.isLive && ending.state.identity === 'regenerated'
  let before: string | null = old.found.text
  let { data } = old.found
  let successor = next
  const target = { store, key: old.key, place: 'next', emit: visit.emit } as const
  const isEnded = await untilSwapped(target, async (swap) => {
    const after = tombstoneFor(data, continues ? successor?.key : undefined)
    const { swapped, kept } = await swap(before, after, tombstoneTtl)
    if (swapped) return true
    const other = live(kept)
    if (other === null) {
      if (kept === null && isLogout(write, next)) {
        if (!store.isEventual) return true
        before = null // elsewhere it may be known
        return undefined
      }
      if (kept === null && !old.isLive) return true
      await lose(write, kept, successor)
      return false
    }
    before = kept
    data = other.data
    if (!successor || !continues) return undefined
    successor = await carryOver(write, other, successor)
    return successor ? undefined : false
  })
  if (isEnded && old.isLive) await leaveList(write, old, next)
  return isEnded
}

function isLogout({ ending }: Write, next: Record | null): boolean {
  return ending.state.identity === 'invalidated' && next === null
}

/** Brings what another request has just written to the session that continues the old one. */
async function carryOver(
  write: Write,
  other: Payload,
  { key, text }: Record,
): Promise<Record | null> {
  const merged = await merge(write, other)
  if (userOf(merged.data) !== userOf(write.ending.state.data)) {
    if (!(await putOnList(write, merged.data, { key, previous: undefined }))) return null
  }
  const { swapped, kept } = await write.store.swap(key, text, merged.text, merged.ttl)
  if (swapped) return { key, text: merged.text }
  if (live(kept) === null) return null // the user's sessions have been ended
  throw new StoreError('session: the id of a new session is taken')
}

/** Removes what this request has kept, since another request ended the session first. */
async function lose({ store, ending }: Write, kept: string | null, next: Record | null) {
  if (next) await store.swap(next.key, next.text, null, 1)
  const successor = kept === null ? undefined : parseTombstone(kept)?.next
  // A logout that was on its way while another tab regenerated the session is a logout.
  if (ending.state.identity === 'invalidated' && successor) await endByKey({ store }, successor)
}

/** Takes a session off the list of its user, unless the one that continues it has its place there. */
async function leaveList(write: Write, { found, key }: Old, next: Record | null): Promise<void> {
  const user = userOf(found.data)
  if (user === undefined) return
  if (next && userOf(write.ending.state.data) === user) return
  await takeOffList(write, user, key)
}

/** Ends the session under a key, and whatever it has been regenerated to. */
export async function endByKey({ store }: Pick<Write, 'store'>, key: string): Promise<void> {
  let next: string | undefined = key
  for (let followed = 0; next !== undefined && followed <= maxSuccessors; followed++) {
    next = await endOne({ store }, next)
  }
}

/** @returns The key of what the session had been regenerated to, if it was over already. */
async function endOne({ store }: Pick<Write, 'store'>, key: string): Promise<string | undefined> {
  let before = await store.get(key)
  const { next } = await untilSwapped<{ next?: string | undefined }>(
    { store, key, place: 'next' },
    async (swap) => {
      // An eventually consistent store may know of the session elsewhere.
      if (before === null && !store.isEventual) return {}
      const tombstone = before === null ? null : parseTombstone(before)
      if (tombstone) return { next: tombstone.next }
      const { swapped, kept } = await swap(before, tombstoneFor(live(before)?.data), tombstoneTtl)
      before = kept
      return swapped ? {} : undefined
    },
  )
  return next
}
