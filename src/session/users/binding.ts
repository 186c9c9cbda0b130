import { type Entries, write } from '../state/changes.ts'
import { boundKey } from '../state/reserved-keys.ts'
import type { State } from '../state/state.ts'

/**
 * The user of a session, since when (milliseconds since the epoch), and the user's generation of
 * revocations then.
 */
export interface Bound {
  readonly user: string
  readonly at: number
  readonly generation: number
}

/**
 * Binds a session to a user.
 *
 * @throws {TypeError} When the user is not a non-empty string, or bound sessions could not be ended.
 */
export function bind(state: State, user: string): void {
  assertUser(user, 'session.bind()')
  if (!state.policy.canBind) {
    throw new TypeError(
      'session.bind(): bound sessions could not be ended from elsewhere. Give session() a `store` that can list them, such as durableObjectStore(), d1Store() or redisStore(), or `revocations`.',
    )
  }
  write(state, boundKey, [user, Date.now()])
  state.generation = state.readGeneration?.(user)
  state.generation?.catch(() => {}) // the commit waits for it, and fails with it
}

/** Completes a `bind()`, before the session is written. */
export async function completeBinding(state: State): Promise<void> {
  const bound = boundOf(state.data)
  if (!state.generation || !bound) return
  const generation = await state.generation
  if (generation > 0) write(state, boundKey, [bound.user, bound.at, generation])
}

/** Reads the user of a session. */
export function boundOf(data: Entries): Bound | undefined {
  const bound = data.get(boundKey)
  if (!Array.isArray(bound)) return undefined
  const [user, at, generation = 0]: unknown[] = bound
  if (typeof user !== 'string' || typeof at !== 'number' || typeof generation !== 'number') {
    return undefined
  }
  return { user, at, generation }
}

/** Reads the binding of a session. */
export function userOf(data: Entries): string | undefined {
  return boundOf(data)?.user
}

/** @throws {TypeError} When `user` is not a non-empty, well-formed string. */
export function assertUser(user: unknown, caller: string): asserts user is string {
  if (typeof user === 'string' && user !== '' && user.isWellFormed()) return
  throw new TypeError(`${caller}: the user is ${describe(user)}: give a name or an id as a string`)
}

/** Says what a value is, without quoting it. */
function describe(user: unknown): string {
  if (typeof user === 'string') return user === '' ? 'an empty string' : 'a malformed string'
  return user === undefined || user === null ? String(user) : `a ${typeof user}`
}
