import { guard, isId, storeKey } from './records.ts'
import { type Session, stateOf } from './session.ts'
import type { State } from './state.ts'
import type { Store } from './store.ts'
import { entriesOf, find, listKey, remove } from './user-list.ts'

/** A session of a user's: as a rule, a browser. */
export interface UserSession {
  /** Names the session towards `end()`. It opens nothing: no cookie can be made of it. */
  readonly id: string
  /** When the session began, in seconds since the epoch. */
  readonly created: number
  /** When it was last written, in seconds since the epoch: its last visit, give or take `reissueTime`. */
  readonly seen: number
  /** Whether it is the one that asks. */
  readonly current: boolean
}

/** What can be done to the sessions of a user. Each of it fails with a `StoreError` when the store does. */
export interface UserSessions {
  /**
   * Lists a user's sessions, those seen last first. One that this request begins is not among them yet.
   *
   * @param current - The session of this request, to be marked.
   */
  list<Data extends object, Flash extends object>(
    user: string,
    current?: Session<Data, Flash>,
  ): Promise<UserSession[]>
  /**
   * Ends one session, if it is this user's. Its next request begins a new one, and what a request in
   * flight does to it is dropped.
   *
   * @param id - As `list()` gave it.
   * @returns Whether it was this user's, and alive.
   */
  end(user: string, id: string): Promise<boolean>
  /**
   * Ends all sessions of a user. One that is logged in at the same moment may begin after it.
   *
   * @param except - The session of this request, which goes on.
   * @returns How many.
   */
  endAll<Data extends object, Flash extends object>(
    user: string,
    except?: Session<Data, Flash>,
  ): Promise<number>
}

const prefix = 'session:'

/**
 * Lists and ends the sessions of a user, on all devices.
 *
 * A session is a user's from `session.bind(user)` until it ends. The store keeps a list for each user,
 * under a hash of the name, until 400 days after the last login. There are 20 on it at most: one more
 * login ends the oldest. `list()` takes one call and one for each session, `end()` two, `endAll()` one
 * and three for each session; a login takes two more, and up to 20 when the list is full.
 *
 * @param store - The one that `session()` was given.
 * @throws {TypeError} When the store cannot, as KV, whose answers may be a minute old. There, and where
 * sessions are cookies, `revokeSessions()` can.
 *
 * @example
 * ```ts
 * const ended = await userSessions(store).endAll('mary', session) // when the password has changed
 * ```
 */
export function userSessions(store: Store): UserSessions {
  if (store.isEventual) {
    throw new TypeError(
      'userSessions(): this store may answer what is no longer so. Give one that does not, such as durableObjectStore(), d1Store() or redisStore(); or call revokeSessions()',
    )
  }
  const guarded = guard(store)
  const read = async (user: string) => guarded.get(await listKey(user))

  return {
    async list(user, current) {
      const own = await keysOf(current && stateOf(current))
      const sessions = await Promise.all(
        entriesOf(await read(user)).map(async ([key]) => {
          const kept = await find(guarded, key, user)
          if (!kept) return []
          const { created, renewed: seen } = kept
          return [{ id: key.slice(prefix.length), created, seen, current: own.includes(key) }]
        }),
      )
      return sessions.flat().sort((a, b) => b.seen - a.seen)
    },

    async end(user, id) {
      return isId(id) && remove(guarded, prefix + id, user)
    },

    async endAll(user, except) {
      const done = new Set(await keysOf(except && stateOf(except)))
      let ended = 0
      // The newest first, and the list again each time: one that regenerates meanwhile is on it anew.
      for (;;) {
        const listed = entriesOf(await read(user)).map(([key]) => key)
        const key = listed.findLast((each) => !done.has(each))
        if (key === undefined) return ended
        done.add(key)
        if (await remove(guarded, key, user)) ended++
      }
    },
  }
}

/** Makes the keys of a session. In a request that regenerates it, it has two. */
function keysOf(state: State | undefined): Promise<string[]> {
  const ids = [state?.openedAs, state?.id]
  return Promise.all(ids.flatMap((id) => (id === undefined ? [] : [storeKey(id)])))
}
