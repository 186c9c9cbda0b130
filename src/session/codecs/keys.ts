import { toUtf8 } from './utf8.ts'

/** A secret, or a function that returns it. */
export type SecretSource = string | (() => Promise<string>)

/** What a token carries: one for a purpose is not valid for another. */
export type Carries = 'session' | 'id' | 'device'

/**
 * Derives the bytes of a 256-bit key for one purpose and one cookie from a secret (HKDF-SHA-256).
 *
 * Keys of other purposes or cookies are independent of it, so that what is signed for one is not valid
 * for another. The info is a JSON array: no two pairs make
 * the same bytes.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5869#section-3.2
 */
export async function deriveKeyBytes(
  secret: SecretSource,
  purpose: string,
  cookieName: string,
): Promise<ArrayBuffer> {
  const bytes = toUtf8(typeof secret === 'string' ? secret : await secret())
  const master = await crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveBits'])
  const info = toUtf8(JSON.stringify(['edge-session', purpose, cookieName]))
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }
  return crypto.subtle.deriveBits(hkdf, master, 256)
}
