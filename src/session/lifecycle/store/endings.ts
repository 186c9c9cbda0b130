import type { BoundedStore } from '../../contention/bounded-store.ts'
import { untilSwapped } from '../../contention/retry.ts'
import { StoreError } from '../../errors.ts'
import { putOnList } from '../../users/listing.ts'
import { live, type Payload } from '../payload.ts'
import { maxSuccessors, parseTombstone, tombstoneFor, tombstoneTtl } from '../tombstone.ts'
import { isRebound, type Kept, merge, type Stored } from './records.ts'
import type { Write } from './write.ts'

/** The result of ending a session. */
export interface Ended {
  /** Whether this request has ended it. */
  readonly isOurs: boolean
  /** If not, what is left of it. */
  readonly left: string | null
  /** The session that continues it, as it is kept now. */
  readonly successor: Kept | null
}

/**
 * Ends a session, after the one that continues it has been stored. What others have written meanwhile is
 * carried over.
 *
 * @param successor - The session that continues it; `null`: it ends for good.
 */
export async function endSession(write: Write, old: Kept, successor: Kept | null): Promise<Ended> {
  let before: Stored = old
  let next = successor
  const target = {
    store: write.store,
    key: old.key,
    place: 'next',
    emit: write.visit.emit,
  } as const
  return untilSwapped<Ended>(target, async (swap) => {
    const tombstone = tombstoneFor(before.data, next?.key)
    const { swapped, kept } = await swap(before.text, tombstone, tombstoneTtl)
    const other = live(kept)
    if (swapped || other === null) return { isOurs: swapped, left: kept, successor: next }
    before = { text: kept as string, data: other.data }
    if (!next) return undefined
    const carried = await carryOver(write, { old: { ...before, key: old.key }, next }, other)
    if (!carried) return { isOurs: false, left: null, successor: next }
    next = carried
    return undefined
  })
}

/**
 * Carries what another request has just written over to the session that continues the old one.
 *
 * @returns `null` if somebody has ended the user's sessions meanwhile.
 */
async function carryOver(
  write: Write,
  { old, next }: { old: Kept; next: Kept },
  other: Payload,
): Promise<Kept | null> {
  const { key } = next
  const merged = await merge(write, other)
  const { data } = merged
  const isListed = !isRebound(next, merged) || (await putOnList(write, { key, data, old }))
  if (!isListed) return null
  const { swapped, kept } = await write.store.swap(key, next.text, merged.text, merged.ttl)
  if (swapped) return { ...merged, key }
  if (live(kept) === null) return null
  throw new StoreError('session: the id of a new session is taken')
}

/** Removes a session that this request has stored in vain. */
export async function withdraw({ store }: Write, { key, text }: Kept): Promise<void> {
  await store.swap(key, text, null, 1)
}

/**
 * Ends the session under a key, and whatever it has been regenerated to.
 *
 * @param followed - How many tombstones have led here.
 */
export async function endByKey(
  { store }: Pick<Write, 'store'>,
  key: string,
  followed = 0,
): Promise<void> {
  let next: string | undefined = key
  for (let i = followed; next !== undefined && i <= maxSuccessors; i++) {
    next = await endOne(store, next)
  }
}

/** @returns The key of what the session had been regenerated to, if it was over already. */
async function endOne(store: BoundedStore, key: string): Promise<string | undefined> {
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
