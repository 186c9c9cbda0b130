import { decodeBase64url, encodeBase64url } from './base64url.ts'
import type { Codec } from './codec.ts'
import { type Carries, deriveKeyBytes, type SecretSource } from './keys.ts'
import { fromUtf8, toUtf8 } from './utf8.ts'

const nonceLength = 12 // bytes: 96 random bits, NIST SP 800-38D §8.2.2

/**
 * Makes the codec that seals: only the secret's holder can read or write the cookie. A token is
 * `base64url(nonce + AES-256-GCM(payload))`.
 *
 * Under one secret 2³² tokens can be sealed before a nonce is likely enough to repeat (SP 800-38D
 * §8.3). A site that writes more rotates its secret in time.
 *
 * @param cookieName - With its prefix: a token is valid in this cookie only.
 * @param carries - What is encoded: a token of one is not valid for the other.
 */
export function sealedCodec(
  secret: SecretSource,
  cookieName: string,
  carries: Carries = 'session',
): Codec {
  const purpose = carries === 'session' ? 'sealed' : `sealed ${carries}`
  const additionalData = toUtf8(JSON.stringify([purpose, cookieName]))
  // The key, not a promise of it: on Workers a promise of another request may never settle.
  let key: CryptoKey | undefined

  async function loadKey(): Promise<CryptoKey> {
    const bytes = await deriveKeyBytes(secret, purpose, cookieName)
    key = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
    return key
  }

  return {
    async encode(payload) {
      const iv = crypto.getRandomValues(new Uint8Array(nonceLength))
      const algorithm = { name: 'AES-GCM', iv, additionalData }
      const bytes = toUtf8(payload)
      const sealed = await crypto.subtle.encrypt(algorithm, key ?? (await loadKey()), bytes)
      return encodeBase64url(joined(iv, new Uint8Array(sealed)))
    },
    async decode(token) {
      const bytes = decodeBase64url(token)
      if (bytes === null) return null
      const algorithm = { name: 'AES-GCM', iv: bytes.subarray(0, nonceLength), additionalData }
      const sealed = bytes.subarray(nonceLength)
      const usable = key ?? (await loadKey()) // a failure to load it is no verdict on the token
      try {
        return fromUtf8(await crypto.subtle.decrypt(algorithm, usable, sealed))
      } catch {
        return null // not sealed by this secret for this cookie
      }
    },
  }
}

function joined(nonce: Uint8Array, sealed: Uint8Array): Uint8Array<ArrayBuffer> {
  const token = new Uint8Array(nonce.length + sealed.length)
  token.set(nonce)
  token.set(sealed, nonce.length)
  return token
}
