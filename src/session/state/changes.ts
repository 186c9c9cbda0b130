import { SessionCommittedError } from '../errors.ts'
import { assertJson } from './json.ts'
import { isReserved } from './reserved-keys.ts'

/** The visitor's data and the library's own, under the keys of the payload. */
export type Entries = Map<string, unknown>

/** A change of the data. It may be replayed on data that another request has written. */
export type Change = (data: Entries) => void

/** Data whose changes are recorded. */
export interface Recorded {
  data: Entries
  /** The changes so far, in order. */
  readonly changes: Change[]
  /** The JSON that each key had before it was first touched; `undefined`: it had no value. */
  readonly before: Map<string, string | undefined>
  /** The JSON of the objects that the handler holds, as of the last recorded change. */
  readonly lent: Map<string, string>
  /** Whether the response is committed, so that changes come too late. */
  committed: boolean
}

/** Reads a value that the caller may mutate: the commit notices it. */
export function read(state: Recorded, key: string): unknown {
  const value = state.data.get(key)
  if (typeof value === 'object' && value !== null) {
    noteBefore(state, key)
    if (!state.lent.has(key)) state.lent.set(key, JSON.stringify(value))
  }
  return value
}

/**
 * Changes the value under a key, or everything if `key` is `null`, and records how.
 *
 * @param replay - How to make the change on other data, if not in the same way.
 * @throws {SessionCommittedError} When the response is committed.
 */
export function change(state: Recorded, key: string | null, make: Change, replay = make): void {
  assertOpen(state)
  const keys = key === null ? [...state.data.keys()] : [key]
  for (const each of keys) {
    recordMutation(state, each)
    noteBefore(state, each)
  }
  make(state.data)
  state.changes.push(replay)
  for (const each of keys) lend(state, each)
}

/**
 * Sets the value under a key, or removes it if `value` is `undefined`.
 *
 * @throws {SessionCommittedError} When the response is committed.
 */
export function write(state: Recorded, key: string, value: unknown): void {
  const json = JSON.stringify(value)
  change(
    state,
    key,
    (data) => put(data, key, value),
    (data) => put(data, key, json === undefined ? undefined : JSON.parse(json)),
  )
}

/** Sets a value, or removes it if it is `undefined`. */
export function put(data: Entries, key: string, value: unknown): void {
  if (value === undefined) data.delete(key)
  else data.set(key, value)
}

/** @throws {SessionCommittedError} When the response is committed. */
export function assertOpen(state: Recorded): void {
  if (!state.committed) return
  throw new SessionCommittedError(
    'session: changed after the response was committed, so the change cannot be kept. Change it before the handler returns.',
  )
}

/**
 * Whether the data differ from what was read.
 *
 * @throws {TypeError} When the handler mutated a value into one that JSON cannot carry, whether JSON
 * would show it or not.
 */
export function isModified(state: Recorded): boolean {
  let modified = false
  for (const [key, before] of state.before) {
    const value = state.data.get(key)
    // The library's own values were checked when they were set, and are not handed out.
    if (value !== undefined && !isReserved(key)) assertJson(value, key)
    if (JSON.stringify(value) !== before) modified = true
  }
  return modified
}

/** Replays a request's changes on data that another request has written. */
export function replay(state: Recorded, data: Entries): Entries {
  for (const key of state.lent.keys()) recordMutation(state, key)
  const fresh = new Map(data)
  for (const make of state.changes) make(fresh)
  return fresh
}

function noteBefore(state: Recorded, key: string): void {
  if (!state.before.has(key)) state.before.set(key, JSON.stringify(state.data.get(key)))
}

function lend(state: Recorded, key: string): void {
  const value = state.data.get(key)
  // The library hands out copies of its own values.
  if (typeof value === 'object' && value !== null && !isReserved(key)) {
    state.lent.set(key, JSON.stringify(value))
  } else {
    state.lent.delete(key)
  }
}

/** Records what the handler did to an object directly: it is a change like any other. */
function recordMutation(state: Recorded, key: string): void {
  const json = state.lent.get(key)
  if (json === undefined) return
  const now = JSON.stringify(state.data.get(key))
  if (now === json) return
  state.lent.set(key, now)
  state.changes.push((data) => put(data, key, JSON.parse(now)))
}
