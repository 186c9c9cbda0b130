import { toUtf8 } from '../utf8.ts'

/**
 * Imports a key when it is first needed, and keeps it.
 *
 * It keeps the key, not the promise of it: on Workers a promise that belongs to another request may
 * never settle.
 *
 * @returns A function that hands the key to whoever uses it: at once, where it is there already.
 */
export function lazyKey(load: () => Promise<CryptoKey>) {
  let key: CryptoKey | undefined
  return function withKey<T>(use: (key: CryptoKey) => Promise<T>): Promise<T> {
    if (key) return use(key)
    return load().then((loaded) => {
      key = loaded
      return use(loaded)
    })
  }
}

/**
 * Derives the bytes of a 256-bit key for one purpose and one cookie from a secret (HKDF-SHA-256).
 *
 * Keys of other purposes or cookies are independent of it, so that what is signed for one is not
 * valid for another. The info is a JSON array: no two pairs spell the same bytes.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5869#section-3.2
 */
export async function deriveKeyBytes(
  secret: string,
  purpose: string,
  cookieName: string,
): Promise<ArrayBuffer> {
  const bytes = toUtf8(secret)
  const master = await crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveBits'])
  const info = toUtf8(JSON.stringify(['edge-session', purpose, cookieName]))
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }
  return crypto.subtle.deriveBits(hkdf, master, 256)
}
