import { SessionCommittedError } from './errors.ts'
import { assertJson } from './json.ts'

/** Where Pyramid keeps a flash queue among the data, and so do we. */
export const flashPrefix = '_f_'

/** Where Pyramid keeps the CSRF token among the data, and so do we. */
export const csrfKey = '_csrft_'

/** Tells whether a key is the library's own, not the visitor's. */
export function isReserved(key: string): boolean {
  return key.startsWith(flashPrefix) || key === csrfKey
}

/** What a request knows of its session. `Session` is the view of it that handlers get. */
export interface State {
  /** When the request opened the session, in seconds since the epoch: its one look at the clock. */
  readonly now: number
  /** When the session began, in seconds since the epoch. */
  created: number
  /** The visitor's data, the flash queues and the CSRF token, under their keys on the wire. */
  readonly data: Map<string, unknown>
  /** Nothing that the client sent is in here. */
  isNew: boolean
  /** The JSON text that each value had when it was first touched; `undefined`: there was none. */
  readonly before: Map<string, string | undefined>
  /** What became of the session that came in. */
  fate: 'kept' | 'regenerated' | 'invalidated'
  /** A write is due whatever the data says. */
  forced: boolean
  /** Somebody looks at this response: it may use up flash messages. */
  readonly isVisit: boolean
  /** Too late to change anything. */
  committed: boolean
}

/** Makes the state of a session that a request found, or of a new one where it found none. */
export function createState(
  now: number,
  isVisit: boolean,
  kept: { readonly created: number; readonly data: object } | null,
): State {
  return {
    now,
    created: kept ? kept.created : now,
    data: new Map(kept && Object.entries(kept.data)),
    isNew: kept === null,
    before: new Map(),
    fate: 'kept',
    forced: false,
    isVisit,
    committed: false,
  }
}

/** Reads a value that the caller may go on to mutate: the commit will notice. */
export function read(state: State, key: string): unknown {
  const value = state.data.get(key)
  if (typeof value === 'object' && value !== null) remember(state, key)
  return value
}

/**
 * Changes a value, or removes it where `value` is `undefined`.
 *
 * @throws {SessionCommittedError} When the response is committed.
 */
export function write(state: State, key: string, value: unknown): void {
  assertOpen(state)
  remember(state, key)
  if (value === undefined) state.data.delete(key)
  else state.data.set(key, value)
}

/** Ends what was, and starts anew in its place. */
export function restart(state: State): void {
  assertOpen(state)
  state.data.clear()
  state.before.clear()
  state.created = state.now
  state.isNew = true
  state.fate = 'invalidated'
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
    if (value !== undefined) assertJson(value, key)
    if (JSON.stringify(value) !== before) changed = true
  }
  return changed
}

function remember(state: State, key: string): void {
  if (!state.before.has(key)) state.before.set(key, JSON.stringify(state.data.get(key)))
}
