import { decodeBase64url, encodeBase64url } from './base64url.ts'
import type { Codec } from './codec.ts'
import { type Carries, deriveKeyBytes, type SecretSource } from './keys.ts'
import { fromUtf8, toUtf8 } from './utf8.ts'

const hmac = { name: 'HMAC', hash: 'SHA-256' }
const macLength = 43 // characters of 32 bytes in base64url

/**
 * Makes the codec that signs: anyone who holds the cookie can read it, only the secret's holder can
 * write it. A token is `base64url(payload) + '.' + base64url(HMAC-SHA-256)`.
 *
 * @param cookieName - With its prefix: a token is valid in this cookie only.
 * @param carries - What is encoded: a token of one is not valid for the other.
 */
export function signedCodec(
  secret: SecretSource,
  cookieName: string,
  carries: Carries = 'session',
): Codec {
  const purpose = carries === 'session' ? 'signed' : `signed ${carries}`
  // The key, not a promise of it: on Workers a promise of another request may never settle.
  let key: CryptoKey | undefined

  async function loadKey(): Promise<CryptoKey> {
    const bytes = await deriveKeyBytes(secret, purpose, cookieName)
    key = await crypto.subtle.importKey('raw', bytes, hmac, false, ['sign', 'verify'])
    return key
  }

  return {
    async encode(payload) {
      const bytes = toUtf8(payload)
      const mac = await crypto.subtle.sign('HMAC', key ?? (await loadKey()), bytes)
      return `${encodeBase64url(bytes)}.${encodeBase64url(new Uint8Array(mac))}`
    },
    async decode(token) {
      const dot = token.length - macLength - 1
      if (token[dot] !== '.') return null
      const mac = decodeBase64url(token.slice(dot + 1))
      const bytes = decodeBase64url(token.slice(0, dot))
      if (mac === null || bytes === null) return null
      const valid = await crypto.subtle.verify('HMAC', key ?? (await loadKey()), mac, bytes)
      return valid ? fromUtf8(bytes) : null
    },
  }
}
