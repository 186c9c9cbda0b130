import { type BoundedStore, isOverloaded } from '../contention/bounded-store.ts'
import { untilSwapped } from '../contention/retry.ts'
import { StoreError } from '../errors.ts'
import type { StandardSchemaV1 } from '../options/standard-schema.ts'
import { type Entries, replay } from '../state/changes.ts'
import { boundQueues } from '../state/flash.ts'
import type { Policy } from '../state/state.ts'
import type { Store, Swap } from '../store.ts'
import { userOf } from '../users/binding.ts'
import { delist, enlist, userList } from '../users/user-list.ts'
import type { CookieWriter } from './cookie-engine.ts'
import type { Ending, Found, Visit } from './engine.ts'
import { limitsOf, ttlOf } from './limits.ts'
import { formatPayload, type Payload, parsePayload } from './payload.ts'
import { validate } from './schema.ts'
import { parseTombstone } from './tombstone.ts'

/** Messages that a queue keeps in a store: nobody may fill a record with what no page shows. */
const maxMessages = 100

/** What the engine of a store needs of the options. */
export interface StoreSettings extends CookieWriter {
  readonly store: Store
  readonly policy: Policy
  readonly schema: StandardSchemaV1<unknown, object> | undefined
}

/** The write at the end of a request. */
export interface Write {
  readonly settings: StoreSettings
  readonly store: BoundedStore
  readonly ending: Ending
  readonly visit: Visit
}

/** A session as it goes into the store. */
export interface Record {
  readonly key: string
  readonly text: string
}

/**
 * Keeps a new session.
 *
 * @param previous - The key of the session that it continues.
 * @returns `null` if somebody has ended the user's sessions meanwhile: then nothing is kept.
 */
export async function create(
  write: Write,
  key: string,
  previous: string | undefined,
): Promise<Record | null> {
  const { state } = write.ending
  if (!(await putOnList(write, state.data, { key, previous }))) return null
  const { text, ttl } = recordOf(write, { ...state, data: state.data })
  const { swapped, kept } = await firstWrite(write.store, { key, text }, ttl)
  // The id is new, so an identical record is our own write, whose response was lost.
  if (swapped || kept === text) return { key, text }
  if (kept !== null && parseTombstone(kept)) return null
  throw new StoreError('session: the id of a new session is taken')
}

/** Writes a key that nobody has used. A failure is repeated once, whatever it was. */
async function firstWrite(store: BoundedStore, { key, text }: Record, ttl: number): Promise<Swap> {
  try {
    return await store.create(key, text, ttl)
  } catch (error) {
    if (!(error instanceof StoreError) || isOverloaded(error) || store.budget.left <= 0) throw error
    return store.create(key, text, ttl)
  }
}

/**
 * Extends a session's life, unless another request has written it meanwhile, and so has done that.
 *
 * @returns Whether the session lives.
 */
export async function extend(write: Write, found: Found, key: string): Promise<boolean> {
  const { text, ttl } = recordOf(write, write.ending.state)
  const { swapped, kept } = await write.store.swap(key, found.text, text, ttl)
  return swapped || live(kept) !== null
}

/**
 * Writes a session, with this request's changes replayed on what others have written meanwhile.
 *
 * @returns Whether the session lives. Once ended it is never revived.
 */
export async function update(write: Write, found: Found, key: string): Promise<boolean> {
  const { state } = write.ending
  const [before, user] = [userOf(found.data), userOf(state.data)]
  if (user !== before) {
    if (!(await putOnList(write, state.data, { key, previous: undefined }))) return false
    if (before !== undefined) await takeOffList(write, before, key)
  }
  let kept = found.text
  let next = recordOf(write, state)
  const { emit } = write.visit
  return untilSwapped({ store: write.store, key, place: 'last', emit }, async (swap) => {
    const result = await swap(kept, next.text, next.ttl)
    if (result.swapped) return true
    const other = live(result.kept)
    if (other === null) return false
    kept = result.kept as string
    next = await merge(write, other)
    return undefined
  })
}

/** Makes a request's changes on a session that another request has written. */
export async function merge(
  write: Write,
  other: Payload,
): Promise<{ text: string; ttl: number; data: Entries }> {
  const { schema } = write.settings
  const checked = schema && (await validate(schema, other.data))
  const data = replay(write.ending.state, checked ?? other.data)
  return { ...recordOf(write, { data, renewed: other.renewed }), data }
}

/** Makes the record of a session, renewed now, and says for how long it is to be kept. */
function recordOf(
  { settings, ending, visit }: Write,
  { data, renewed }: { data: Entries; renewed: number },
): { text: string; ttl: number } {
  const { created, flashed } = ending.state
  for (const [queue, count] of boundQueues(data, flashed, maxMessages)) {
    visit.emit({ type: 'flash-dropped', queue, count })
  }
  const payload = { renewed: Math.max(renewed, Math.floor(Date.now() / 1000)), created, data }
  return { text: formatPayload(payload), ttl: ttlOf(limitsOf(settings.policy, data), payload) }
}

/** Reads a session from its record, however late: only one that has ended is none. */
export function live(text: string | null): Payload | null {
  return text === null ? null : parsePayload(text)
}

/** Puts a session on its user's list. @returns Whether it may be kept. */
export async function putOnList(
  { store, settings, ending }: Write,
  data: Entries,
  { key, previous }: { key: string; previous: string | undefined },
): Promise<boolean> {
  const user = userOf(data)
  if (user === undefined || store.isEventual) return true
  const list = await userList(store, { user, name: settings.cookie.baseName })
  return enlist(list, { key, previous, at: ending.state.now })
}

/** Takes a session off a user's list. */
export async function takeOffList(
  { store, settings }: Write,
  user: string,
  key: string,
): Promise<void> {
  if (store.isEventual) return
  await delist(await userList(store, { user, name: settings.cookie.baseName }), key)
}
