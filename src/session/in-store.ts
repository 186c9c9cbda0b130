import { encodeBase64url } from './codecs/base64url.ts'
import { persist } from './contention.ts'
import { StoreError } from './errors.ts'
import {
  type Ending,
  type Found,
  type Kept,
  parse,
  payloadOf,
  ttlOf,
  type Verdict,
} from './kept.ts'
import type { Config } from './options.ts'
import { replay, type State } from './state.ts'
import type { Store } from './store.ts'

/** What a store keeps for a while under the id of a session that has ended. No session is such a text. */
const tombstone = 'ended'

/** Seconds that a tombstone stands: longer than any request that was in flight takes. */
const tombstoneTtl = 60

const encoder = new TextEncoder()

/** Tells whether a text has the form of an id. */
export function isId(text: string): boolean {
  return /^[\w-]{43}$/.test(text)
}

/** Tells whether a text marks a session that has ended. */
export function isTombstone(text: string): boolean {
  return text === tombstone
}

/** Makes the key of an id: a hash, so that who sees the store cannot make a cookie of what is there. */
export async function keyOf(id: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', encoder.encode(id))
  return `session:${encodeBase64url(new Uint8Array(hash))}`
}

/** Milliseconds after which a store that does not answer has failed. */
const patience = 10_000

/** Sees to it that whatever goes wrong in a store is a `StoreError`, in time. */
export function guard(store: Store): Store {
  return {
    get: (key) => orStoreError(() => store.get(key)),
    swap: (...given) => orStoreError(() => store.swap(...given)),
  }
}

async function orStoreError<T>(call: () => Promise<T>): Promise<T> {
  let timer!: ReturnType<typeof setTimeout>
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in 10 s')), patience)
  })
  try {
    return await Promise.race([call(), late])
  } catch (cause) {
    if (cause instanceof StoreError) throw cause
    throw new StoreError('session: the store failed', { cause })
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Brings the store to where a request ends.
 *
 * @returns What becomes of the cookie. `'drop'`: another request has ended the session.
 */
export async function settleInStore(
  config: Config,
  store: Store,
  state: State,
  { kept, past, isExpired, isChanged, isDue }: Ending,
): Promise<Verdict | 'drop'> {
  if (kept === null) {
    const begins = isChanged && state.data.size > 0
    if (begins) await create(config, store, state)
    const ends = past !== null && (isChanged || isExpired)
    if (ends) await store.swap(await keyOf(past.id), past.payload, null, 1)
    if (begins) return 'carry'
    return ends ? 'remove' : 'leave'
  }
  if (state.fate === 'kept') {
    if (!isChanged && !isDue) return 'leave'
    if (!(await update(config, store, kept, state, isChanged))) return 'drop'
    return config.cookie.isDated ? 'carry' : 'leave'
  }
  const goesOn = state.fate === 'regenerated' || state.data.size > 0
  if (goesOn) await create(config, store, state)
  if (!(await end(config, store, kept, state, goesOn))) return 'drop'
  return goesOn ? 'carry' : 'remove'
}

/** Keeps a new session. */
async function create(config: Config, store: Store, state: State): Promise<void> {
  const key = await keyOf(state.id as string)
  const text = payloadOf(state)
  const { swapped, kept } = await store.swap(
    key,
    null,
    text,
    ttlOf(config, state.now, state.created),
  )
  // Of an id that nobody has had before: another text can only be an answer that was lost.
  if (!swapped && kept !== text) throw new StoreError('session: the id of a new session is taken')
}

/**
 * Writes a session back, with this request's changes on top of what others wrote meanwhile.
 *
 * @param mustWrite - `false`: only to extend its life, which who came first has done.
 * @returns Whether the session lives. Once ended it is never revived.
 */
async function update(
  config: Config,
  store: Store,
  found: Found,
  state: State,
  mustWrite: boolean,
): Promise<boolean> {
  const key = await keyOf(found.id)
  let before = found.payload
  let after = payloadOf(state)
  return persist(async () => {
    const ttl = ttlOf(config, state.now, state.created)
    const { swapped, kept } = await store.swap(key, before, after, ttl)
    if (swapped) return true
    const other = alive(kept, state)
    if (other === null) return false
    if (!mustWrite) return true
    before = other.payload
    after = merged(state, other)
    return undefined
  })
}

/**
 * Ends a session under its old id, when what goes on under the new one is kept already.
 *
 * @param goesOn - Whether there is a new one, which follows what others still write to the old one.
 * @returns Whether this request ended it. If another did, nothing goes on.
 */
async function end(
  config: Config,
  store: Store,
  found: Found,
  state: State,
  goesOn: boolean,
): Promise<boolean> {
  const key = await keyOf(found.id)
  const newKey = await keyOf(state.id as string)
  const ttl = ttlOf(config, state.now, state.created)
  let before = found.payload
  let successor = payloadOf(state)
  return persist(async () => {
    const { swapped, kept } = await store.swap(key, before, tombstone, tombstoneTtl)
    if (swapped) return true
    const other = alive(kept, state)
    if (other === null) {
      if (goesOn) await store.swap(newKey, successor, null, 1)
      return false
    }
    before = other.payload
    if (goesOn && state.fate === 'regenerated') {
      const next = merged(state, other)
      await store.swap(newKey, successor, next, ttl)
      successor = next
    }
    return undefined
  })
}

function alive(kept: string | null, state: State): Kept | null {
  return kept === null || isTombstone(kept) ? null : parse(kept, state.now + 1)
}

function merged(state: State, other: Kept): string {
  const data = Object.fromEntries(replay(state, other.data))
  return JSON.stringify([Math.max(state.now, other.renewed), state.created, data])
}
