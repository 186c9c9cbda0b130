import { userOf } from './bound.ts'
import { persist } from './contention.ts'
import { StoreError } from './errors.ts'
import { type Ending, type Found, type Kept, payloadOf, ttlOf, type Verdict } from './kept.ts'
import type { Config } from './options.ts'
import { alive, storeKey, tombstone, tombstoneTtl } from './records.ts'
import { validate } from './schema.ts'
import { replay, type State } from './state.ts'
import type { Store } from './store.ts'
import { enlist } from './user-list.ts'

/** Brings the store to where a request ends, and tells what becomes of the cookie. */
export async function changeStore(
  config: Config,
  store: Store,
  state: State,
  { kept, past, isExpired, isChanged, isDue }: Ending,
): Promise<Verdict> {
  if (kept === null) {
    const begins = isChanged && state.data.size > 0
    if (begins) await create(config, store, state)
    if (past !== null && isChanged) {
      const ended = await end(config, store, past, state, { goesOn: begins, isPast: true })
      if (!ended) return 'drop'
      return begins ? 'carry' : 'remove'
    }
    if (past !== null && isExpired) return (await tidy(store, past)) ? 'remove' : 'leave'
    return begins ? 'carry' : 'leave'
  }
  if (state.fate === 'kept') {
    if (!isChanged && !isDue) return 'leave'
    const write = isChanged ? update : extend
    if (!(await write(config, store, kept, state))) return 'drop'
    return config.cookie.isDated ? 'carry' : 'leave'
  }
  const goesOn = state.fate === 'regenerated' || state.data.size > 0
  if (goesOn) await create(config, store, state)
  const ended = await end(config, store, kept, state, { goesOn, isPast: false })
  if (!ended) return 'drop'
  return goesOn ? 'carry' : 'remove'
}

/** Keeps a new session. */
async function create(config: Config, store: Store, state: State): Promise<void> {
  const key = await storeKey(state.id as string)
  await enlist(store, state.data, key, state.now)
  const text = payloadOf(state)
  const { swapped, kept } = await store.swap(
    key,
    null,
    text,
    ttlOf(config, state.now, state.created),
  )
  // Nobody has had this id before: if the text is there, a store that repeats itself lost its answer.
  if (!swapped && kept !== text) throw new StoreError('session: the id of a new session is taken')
}

/**
 * Extends a session's life, unless another request wrote it meanwhile, and so has done so.
 *
 * @returns Whether the session lives.
 */
async function extend(config: Config, store: Store, found: Found, state: State): Promise<boolean> {
  const ttl = ttlOf(config, state.now, state.created)
  const { swapped, kept } = await store.swap(found.key, found.payload, payloadOf(state), ttl)
  return swapped || alive(kept) !== null
}

/**
 * Writes a session back, with this request's changes on top of what others wrote meanwhile.
 *
 * @returns Whether the session lives. Once ended it is never revived.
 */
async function update(config: Config, store: Store, found: Found, state: State): Promise<boolean> {
  if (userOf(found.data) !== userOf(state.data))
    await enlist(store, state.data, found.key, state.now)
  let before = found.payload
  let after = payloadOf(state)
  return persist(store, found.key, 'last', async (swap) => {
    const { swapped, kept } = await swap(before, after, ttlOf(config, state.now, state.created))
    if (swapped) return true
    const other = alive(kept)
    if (other === null) return false
    before = other.payload
    after = await merged(config, state, other)
    return undefined
  })
}

/** Ends a session whose time is up, unless another request has kept it alive or put one in its place. */
async function tidy(store: Store, past: Found): Promise<boolean> {
  const { swapped, kept } = await store.swap(past.key, past.payload, tombstone, tombstoneTtl)
  return swapped || kept === null
}

/**
 * Ends a session under its old id, when what goes on under the new one is kept already.
 *
 * `goesOn`: there is a new one. `isPast`: the old one was no longer alive when it was read. Then nothing
 * of it goes on, and the store may have forgotten it.
 *
 * @returns Whether this request ended it. If another did, nothing goes on.
 */
async function end(
  config: Config,
  store: Store,
  old: Found,
  state: State,
  { goesOn, isPast }: { goesOn: boolean; isPast: boolean },
): Promise<boolean> {
  const newKey = await storeKey(state.id as string)
  let before = old.payload
  let successor = payloadOf(state)
  return persist(store, old.key, 'next', async (swap) => {
    const { swapped, kept } = await swap(before, tombstone, tombstoneTtl)
    if (swapped) return true
    const other = alive(kept)
    if (other === null) {
      if (kept === null && isPast) return true
      if (goesOn) await store.swap(newKey, successor, null, 1)
      return false
    }
    before = other.payload
    if (goesOn && state.fate === 'regenerated' && !isPast) {
      const next = await merged(config, state, other)
      const { data } = alive(next) as Kept
      if (userOf(data) !== userOf(state.data)) await enlist(store, data, newKey, state.now)
      const ttl = ttlOf(config, state.now, state.created)
      const follows = await store.swap(newKey, successor, next, ttl)
      if (follows.kept === null) return false // the user's sessions have been ended
      if (!follows.swapped) throw new StoreError('session: the id of a new session is taken')
      successor = next
    }
    return undefined
  })
}

async function merged(config: Config, state: State, other: Kept): Promise<string> {
  const checked = config.schema && (await validate(config.schema, other.data))
  const data = Object.fromEntries(replay(state, checked ?? other.data))
  return JSON.stringify([Math.max(state.now, other.renewed), state.created, data])
}

/** Tells whether a session is alive at this moment. */
export async function isAlive(store: Store, { key }: Found): Promise<boolean> {
  return alive(await store.get(key)) !== null
}
