import { boundKey, type State, write } from './state.ts'

/** Whose a session is, and since when, in milliseconds since the epoch. */
export type Bound = [user: string, at: number]

/** Says whose a session is. */
export function bind(state: State, user: string): void {
  if (typeof user !== 'string' || user === '' || !user.isWellFormed()) {
    throw new TypeError('session.bind(): the user is no text: give a name or an id')
  }
  if (!state.canBind) {
    throw new TypeError(
      'session.bind(): these sessions could not be ended from elsewhere. Give session() a `store` that can list them, such as durableObjectStore(), d1Store() or redisStore(), or `revocations`',
    )
  }
  const bound: Bound = [user, Date.now()]
  write(state, boundKey, bound)
}

/** Reads from the data of a session whose it is. */
export function boundOf(data: object): Bound | undefined {
  const bound: unknown = data instanceof Map ? data.get(boundKey) : Reflect.get(data, boundKey)
  if (!Array.isArray(bound) || bound.length !== 2) return undefined
  const [user, at] = bound
  return typeof user === 'string' && typeof at === 'number' ? [user, at] : undefined
}

/** Reads from the data of a session to whom it is bound. */
export function userOf(data: object): string | undefined {
  return boundOf(data)?.[0]
}
