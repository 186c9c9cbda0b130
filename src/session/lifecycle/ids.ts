import { encodeBase64url } from '../codecs/base64url.ts'
import { toUtf8 } from '../codecs/utf8.ts'

/** The name of the default session's cookie, without its prefix. */
export const defaultName = 'session'

/** What stands before the hash in the key of a session. */
export const sessionPrefix = 'session:'

/** Which sessions are meant, if an app has more than one kind. */
export interface SessionName {
  /**
   * The `cookie.name` of the session, without its prefix.
   *
   * @default 'session'
   */
  readonly name?: string
}

/** Whether a string has the form of an id, or of the part of a key that is a hash. */
export function isId(text: string): boolean {
  return /^[\w-]{43}$/.test(text)
}

/**
 * Makes the key of a session in its store: a hash of its id, so that no cookie can be made from what
 * the store holds. For tools that look into a store.
 *
 * @param id - A `session.id`.
 * @param options - The name of the session's cookie, where it is not `'session'`.
 */
export function storeKey(id: string, options: SessionName = {}): Promise<string> {
  return hashedKey(sessionPrefix, id, options.name ?? defaultName)
}

/**
 * Makes a key of an id, or of a user.
 *
 * Sessions of different names have different keys, so that two in one store share nothing else. A user
 * may have chosen a name that looks like such a pair.
 */
export async function hashedKey(prefix: string, value: string, name: string): Promise<string> {
  const isPlain = name === defaultName && !value.startsWith('[')
  const text = isPlain ? value : JSON.stringify([name, value])
  const hash = await crypto.subtle.digest('SHA-256', toUtf8(text))
  return prefix + encodeBase64url(new Uint8Array(hash))
}
