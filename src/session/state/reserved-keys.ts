import { excerpt } from '../errors.ts'

/** The prefix under which Pyramid stores a flash queue among the data; we use the same. */
export const flashPrefix = '_f_'

/** The key under which Pyramid stores the CSRF token among the data; we use the same. */
export const csrfKey = '_csrft_'

/** The user that the session is bound to: see `users/binding.ts`. */
export const boundKey = '_bound_'

/** Whether the visitor asked to stay logged in. */
export const stayKey = '_stay_'

/** The key of the device that the session is bound to. */
export const deviceKey = '_device_'

const names = [csrfKey, boundKey, stayKey, deviceKey]

/** Whether a key is the library's own, not the visitor's. */
export function isReserved(key: string): boolean {
  return key.startsWith(flashPrefix) || names.includes(key)
}

/** @throws {TypeError} When a visitor's data cannot have this key. */
export function assertKey(key: unknown): void {
  if (typeof key === 'string' && !isReserved(key)) return
  const given = typeof key === 'string' ? `'${excerpt(key)}'` : `a ${typeof key}`
  throw new TypeError(
    `session: ${given} cannot be a key: use a string that is none of ${names.join(', ')} and does not start with ${flashPrefix}.`,
  )
}
