import { boundedStore } from '../contention/bounded-store.ts'
import { defaultName, isId, type SessionName, sessionPrefix, storeKey } from '../lifecycle/ids.ts'
import { maxSuccessors, parseTombstone } from '../lifecycle/tombstone.ts'
import { type Session, stateOf } from '../session.ts'
import type { State } from '../state/state.ts'
import { assertGiven, type Store } from '../store.ts'
import { assertUser } from './binding.ts'
import { endEntries } from './end-sessions.ts'
import { type Entry, findSession, readList, type UserList, userList } from './user-list.ts'

/** A session of a user: as a rule, a browser. */
export interface UserSession {
  /** Identifies the session for `end()`. It opens nothing: no cookie can be made of it. */
  readonly id: string
  /** When the session began, in seconds since the epoch. */
  readonly created: number
  /** When it was last written, in seconds since the epoch: its last visit, within `reissueTime`. */
  readonly seen: number
  /** Whether it is the session of this request. */
  readonly current: boolean
}

/**
 * What can be done to the sessions of a user. Each call waits for the store for at most 10 seconds.
 *
 * Every method throws a `TypeError` when `user` is not a non-empty string, and a `StoreError` when the
 * store failed.
 */
export interface UserSessions {
  /**
   * Lists a user's sessions, most recently seen first. One that this request begins is not among them
   * yet.
   *
   * @param current - The session of this request, to be marked.
   */
  list<Data extends object, Flash extends object>(
    user: string,
    current?: Session<Data, Flash>,
  ): Promise<UserSession[]>
  /**
   * Ends one session, if it is this user's, and the session that it has been regenerated to. Its next
   * request begins a new one, and what a request in flight does to it is dropped.
   *
   * @param id - As `list()` returned it.
   * @returns Whether it was this user's, and alive.
   */
  end(user: string, id: string): Promise<boolean>
  /**
   * Ends all sessions that a user has now. A login that happens at the same time may begin one after it.
   *
   * @param except - The session of this request, which continues.
   * @returns How many were alive.
   */
  endAll<Data extends object, Flash extends object>(
    user: string,
    except?: Session<Data, Flash>,
  ): Promise<number>
}

/**
 * Lists and ends the sessions of a user, on all devices.
 *
 * A session is a user's from `session.bind(user)` until it ends. The store keeps a list for each user,
 * under a hash of the name, until 400 days after the last login. It holds at most 20 live sessions: one
 * more login ends the oldest. `list()` takes one call and one for each session; `end()` and `endAll()`
 * take three, and two or three for each session that they end; a login takes three, or five in place of
 * another session, and 30 at most when the list is full.
 *
 * @param store - The one that `session()` was given.
 * @param options - The name of the session's cookie, where it is not `'session'`.
 * @throws {TypeError} When the store is eventually consistent, as KV. There, and for sessions that are
 * cookies, use `revokeSessions()`.
 *
 * @example
 * ```ts
 * const ended = await userSessions(store).endAll('mary', session) // when the password has changed
 * ```
 */
export function userSessions(store: Store, options: SessionName = {}): UserSessions {
  const { name = defaultName } = options
  assertGiven(store, 'userSessions(): there is no store: give that of session()')
  if (store.isEventual) {
    throw new TypeError(
      'userSessions(): this store is eventually consistent: use durableObjectStore(), d1Store() or redisStore(), or call revokeSessions()',
    )
  }
  const listOf = (user: string, caller: string) => {
    assertUser(user, `userSessions().${caller}()`)
    return userList(boundedStore(store), { user, name })
  }

  return {
    async list(user, current) {
      const list = await listOf(user, 'list')
      return listSessions(list, await keysOf(current && stateOf(current), name))
    },

    async end(user, id) {
      const list = await listOf(user, 'end')
      if (typeof id !== 'string' || !isId(id)) return false
      return endWithSuccessors(list, sessionPrefix + id)
    },

    async endAll(user, except) {
      const list = await listOf(user, 'endAll')
      const own = await keysOf(except && stateOf(except), name)
      const isOwn = (key: string | undefined) => key !== undefined && own.includes(key)
      return endEntries(list, ({ key, previous }) => !isOwn(key) && !isOwn(previous))
    },
  }
}

async function listSessions(list: UserList, own: readonly string[]): Promise<UserSession[]> {
  const entries = (await readList(list)).filter(({ isMarked }) => !isMarked)
  const found = await Promise.all(entries.map((entry) => findSession(list, entry)))
  // Two entries may lead to one session, while two requests regenerate it.
  const sessions = new Map(found.flatMap((each) => (each ? [[each.key, each.payload]] : [])))
  const rows = [...sessions].map(([key, { created, renewed }]) => ({
    id: key.slice(sessionPrefix.length),
    created,
    seen: renewed,
    current: own.includes(key),
  }))
  return rows.sort((a, b) => b.seen - a.seen)
}

/** Ends the session under a key, or what it has been regenerated to since the list was read. */
async function endWithSuccessors(list: UserList, first: string): Promise<boolean> {
  let key: string | undefined = first
  for (let followed = 0; key !== undefined && followed <= maxSuccessors; followed++) {
    const isMeant = (each: Entry) => each.key === key || each.previous === key
    if ((await endEntries(list, isMeant)) > 0) return true
    const text: string | null = await list.store.get(key)
    key = text === null ? undefined : parseTombstone(text)?.next
  }
  return false
}

/** Makes the keys of a session. In a request that regenerates it, it has two. */
function keysOf(state: State | undefined, name: string): Promise<string[]> {
  const ids = [state?.openedAs, state?.id]
  return Promise.all(ids.flatMap((id) => (id === undefined ? [] : [storeKey(id, { name })])))
}
