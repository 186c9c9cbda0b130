import { type BoundedStore, isOverloaded } from '../../contention/bounded-store.ts'
import { untilSwapped } from '../../contention/retry.ts'
import { StoreError } from '../../errors.ts'
import { type Entries, replay } from '../../state/changes.ts'
import { boundQueues } from '../../state/flash.ts'
import type { Swap } from '../../store.ts'
import { userOf } from '../../users/binding.ts'
import { completeEnding, leaveListBehind, putOnList } from '../../users/listing.ts'
import type { Found } from '../engine.ts'
import { limitsOf, ttlOf } from '../limits.ts'
import { formatPayload, live, type Payload } from '../payload.ts'
import { validate } from '../schema.ts'
import { parseTombstone } from '../tombstone.ts'
import type { Write } from './write.ts'

/** Messages that a queue keeps in a store, so that unread messages cannot fill the record. */
const maxMessages = 100

/** A session as a record of the store. */
export interface Stored {
  readonly text: string
  readonly data: Entries
}

/** A session as it goes into the store. */
export interface Record extends Stored {
  readonly ttl: number
}

/** A session that is in the store under its new key. */
export interface Kept extends Stored {
  readonly key: string
}

/**
 * Stores a new session.
 *
 * @param old - The session that it continues.
 * @returns `null` if somebody has ended the user's sessions meanwhile: then nothing is stored.
 */
export async function create(write: Write, key: string, old?: Kept): Promise<Kept | null> {
  const { state } = write.ending
  const { data } = state
  if (!(await putOnList(write, { key, data, old }))) {
    await completeEnding(write, data)
    return null
  }
  const record = recordOf(write, state)
  const { swapped, kept } = await firstWrite(write.store, key, record)
  // The id is new, so an identical record is our own write, whose response was lost.
  if (swapped || kept === record.text) return { ...record, key }
  if (kept !== null && parseTombstone(kept)) return null
  throw new StoreError('session: the id of a new session is taken')
}

/** Writes a key that has never been used. A failed write is retried once, whatever the cause. */
async function firstWrite(store: BoundedStore, key: string, { text, ttl }: Record): Promise<Swap> {
  try {
    return await store.create(key, text, ttl)
  } catch (error) {
    if (!(error instanceof StoreError) || isOverloaded(error) || store.budget.left <= 0) throw error
    return store.create(key, text, ttl)
  }
}

/**
 * Extends a session's life, unless another request has written it meanwhile and so has extended it.
 *
 * @returns The session as it is kept now; `null`: it has ended.
 */
export async function extend(
  write: Write,
  found: Found,
  key: string,
): Promise<Pick<Stored, 'data'> | null> {
  const record = recordOf(write, write.ending.state)
  const { swapped, kept } = await write.store.swap(key, found.text, record.text, record.ttl)
  return swapped ? record : live(kept)
}

/**
 * Writes a session, with this request's changes replayed on what others have written meanwhile.
 *
 * @returns The session as it is kept now; `null`: it has ended, and is never revived.
 */
export async function update(
  write: Write,
  found: Found,
  key: string,
): Promise<Pick<Stored, 'data'> | null> {
  const { store, visit, ending } = write
  let before: Stored = found
  let next = recordOf(write, ending.state)
  let isRefused = false
  const target = { store, key, place: 'last', emit: visit.emit } as const
  const isKept = await untilSwapped(target, async (swap) => {
    if (isRebound(before, next)) {
      isRefused = !(await putOnList(write, { key, data: next.data }))
      if (isRefused) return false
    }
    const { swapped, kept } = await swap(before.text, next.text, next.ttl)
    if (swapped) return true
    const other = live(kept)
    if (other === null) return false
    before = { text: kept as string, data: other.data }
    next = await merge(write, other)
    return undefined
  })
  if (isRefused) await completeEnding(write, next.data)
  if (isKept && isRebound(before, next)) await leaveListBehind(write, { ...before, key })
  return isKept ? next : null
}

/** Whether a session moves to another user, so that it must be on another list before it is written. */
export function isRebound(before: Stored, next: Stored): boolean {
  return userOf(before.data) !== userOf(next.data)
}

/** Replays a request's changes on a session that another request has written. */
export async function merge(write: Write, other: Payload): Promise<Record> {
  const { schema } = write.settings
  const checked = schema && (await validate(schema, other.data))
  const data = replay(write.ending.state, checked ?? other.data)
  return recordOf(write, { data, renewed: other.renewed })
}

/** Makes the record of a session, renewed now, and says for how long it is to be kept. */
function recordOf(write: Write, { data, renewed }: Pick<Payload, 'data' | 'renewed'>): Record {
  const { settings, ending } = write
  const { created, flashed } = ending.state
  write.dropped = boundQueues(data, flashed, maxMessages)
  const payload = { renewed: Math.max(renewed, Math.floor(Date.now() / 1000)), created, data }
  return {
    text: formatPayload(payload),
    ttl: ttlOf(limitsOf(settings.policy, data), payload),
    data,
  }
}
