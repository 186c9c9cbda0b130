import { encodeBase64url } from './codecs/base64url.ts'
import { SessionCommittedError } from './errors.ts'
import { assertJson } from './json.ts'

/** Where Pyramid keeps a flash queue among the data, and so do we. */
export const flashPrefix = '_f_'

/** Where Pyramid keeps the CSRF token among the data, and so do we. */
export const csrfKey = '_csrft_'

/** Where a session says whose it is, among the data. */
export const boundKey = '_bound_'

/** Tells whether a key is the library's own, not the visitor's. */
export function isReserved(key: string): boolean {
  return key.startsWith(flashPrefix) || key === csrfKey || key === boundKey
}

/** The visitor's data, the flash queues and the CSRF token, under their keys on the wire. */
export type Entries = Map<string, unknown>

/** A change of the data. It may be made again, on what another request left. */
export type Change = (data: Entries) => void

/** What a request knows of its session. `Session` is the view of it that handlers get. */
export interface State {
  /** When the request opened the session, in seconds since the epoch: its one look at the clock. */
  readonly now: number
  /** When the session began, in seconds since the epoch. */
  created: number
  /** When it was last written, in seconds since the epoch. */
  renewed: number
  /** The id in the store; `undefined` where the session is the cookie. */
  id: string | undefined
  /** The id that it had when the request opened it. */
  readonly openedAs: string | undefined
  /** Whether a session can be bound to a user here. */
  readonly canBind: boolean
  readonly data: Entries
  /** Nothing that the client sent is in here. */
  isNew: boolean
  /** What was done to the data, in its order. */
  readonly changes: Change[]
  /** The JSON text that each value had when it was first touched; `undefined`: there was none. */
  readonly before: Map<string, string | undefined>
  /** The JSON text of the objects in the handler's hands, as the changes so far leave them. */
  readonly lent: Map<string, string>
  /** What became of the session that came in. */
  fate: 'kept' | 'regenerated' | 'invalidated'
  /** A write is due whatever the data says. */
  forced: boolean
  /** Tells whether somebody looks at this response, so that it may use up flash messages. */
  readonly isVisit: () => boolean
  /** Too late to change anything. */
  committed: boolean
}

/** Makes the state of a session that a request found, or of a new one where it found none. */
export function createState(
  now: number,
  isVisit: () => boolean,
  kept: { readonly created: number; readonly renewed: number; readonly data: object } | null,
  id: string | undefined,
  canBind: boolean,
): State {
  return {
    now,
    created: kept ? kept.created : now,
    renewed: kept ? kept.renewed : now,
    id,
    openedAs: id,
    canBind,
    data: entriesOf(kept ? kept.data : {}),
    isNew: kept === null,
    changes: [],
    before: new Map(),
    lent: new Map(),
    fate: 'kept',
    forced: false,
    isVisit,
    committed: false,
  }
}

/** Makes entries of the data of a payload. */
function entriesOf(data: object): Entries {
  const entries: Entries = new Map()
  for (const key of Object.keys(data)) entries.set(key, data[key as keyof typeof data])
  return entries
}

/** Makes an id that nobody can guess: 256 random bits. */
export function randomId(): string {
  return encodeBase64url(crypto.getRandomValues(new Uint8Array(32)))
}

/** Reads a value that the caller may go on to mutate: the commit will notice. */
export function read(state: State, key: string): unknown {
  const value = state.data.get(key)
  if (typeof value === 'object' && value !== null) {
    remember(state, key)
    if (!state.lent.has(key)) state.lent.set(key, JSON.stringify(value))
  }
  return value
}

/**
 * Changes the value under a key, or all that the visitor has where there is no key.
 *
 * @param again - How to make the change on other data, where that is not the same.
 * @throws {SessionCommittedError} When the response is committed.
 */
export function change(state: State, key: string | null, make: Change, again = make): void {
  assertOpen(state)
  const keys = key === null ? [...state.data.keys()] : [key]
  for (const each of keys) {
    noteMutation(state, each)
    remember(state, each)
  }
  make(state.data)
  state.changes.push(again)
  for (const each of keys) lend(state, each)
}

/**
 * Puts a value under a key, or removes it where `value` is `undefined`.
 *
 * @throws {SessionCommittedError} When the response is committed.
 */
export function write(state: State, key: string, value: unknown): void {
  const text = JSON.stringify(value)
  change(
    state,
    key,
    (data) => put(data, key, value),
    (data) => put(data, key, text === undefined ? undefined : JSON.parse(text)),
  )
}

/** Puts a value into data, or removes it where it is `undefined`. */
export function put(data: Entries, key: string, value: unknown): void {
  if (value === undefined) data.delete(key)
  else data.set(key, value)
}

/** Ends what was, and starts anew in its place. */
export function restart(state: State): void {
  regenerate(state)
  state.data.clear()
  state.changes.length = 0
  state.before.clear()
  state.lent.clear()
  state.created = state.now
  state.renewed = state.now
  state.isNew = true
  state.fate = 'invalidated'
}

/** Keeps the data under a new identity. */
export function regenerate(state: State): void {
  write(state, csrfKey, undefined)
  if (state.id !== undefined) state.id = randomId()
  if (state.fate === 'kept') state.fate = 'regenerated'
}

/** @throws {SessionCommittedError} When the response is committed. */
export function assertOpen(state: State): void {
  if (!state.committed) return
  throw new SessionCommittedError(
    'session: changed after the response was committed, so the change cannot be kept. Change it before the handler returns.',
  )
}

/**
 * Tells whether the session ends otherwise than it began.
 *
 * @throws {TypeError} When a value was mutated into what JSON cannot carry.
 */
export function isChanged(state: State): boolean {
  let changed = state.forced || state.fate !== 'kept'
  for (const [key, before] of state.before) {
    const value = state.data.get(key)
    if (isSpelled(value, before)) continue
    // What was flashed was checked then, and nobody has it in hand.
    if (value !== undefined && !isReserved(key)) assertJson(value, key)
    changed = true
  }
  return changed
}

/** Tells whether a value is as it came in, though another program may have put it there. */
function isSpelled(value: unknown, text: string | undefined): boolean {
  try {
    return JSON.stringify(value) === text
  } catch {
    return false // a cycle or a BigInt: assertJson() says where
  }
}

/** Makes a request's changes on data that another request left. */
export function replay(state: State, data: object): Entries {
  for (const key of state.lent.keys()) noteMutation(state, key)
  const fresh = entriesOf(data)
  for (const make of state.changes) make(fresh)
  return fresh
}

function remember(state: State, key: string): void {
  if (!state.before.has(key)) state.before.set(key, JSON.stringify(state.data.get(key)))
}

function lend(state: State, key: string): void {
  const value = state.data.get(key)
  // Of its own the library hands out copies.
  if (typeof value === 'object' && value !== null && !isReserved(key)) {
    state.lent.set(key, JSON.stringify(value))
  } else {
    state.lent.delete(key)
  }
}

/** Records what the handler did to an object by itself: it is a change like any other. */
function noteMutation(state: State, key: string): void {
  const text = state.lent.get(key)
  if (text === undefined) return
  const now = JSON.stringify(state.data.get(key))
  if (now === text) return
  state.lent.set(key, now)
  state.changes.push((data) => put(data, key, JSON.parse(now)))
}
