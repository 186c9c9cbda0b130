import { fromUtf8, scratchUtf8, toUtf8 } from '../utf8.ts'
import { decodeBase64url, encodeBase64url } from './base64url.ts'
import type { Codec } from './codec.ts'
import { deriveKeyBytes, lazyKey } from './keys.ts'

const nonceLength = 12 // bytes: 96 random bits, NIST SP 800-38D §8.2.2

/**
 * Makes the codec that seals: only the secret's holder can read or write the cookie. A token is
 * `base64url(nonce + AES-256-GCM(payload))`.
 *
 * Under one secret 2³² tokens can be sealed before a nonce is likely enough to repeat (SP 800-38D
 * §8.3). A site that writes more replaces its secret in time.
 *
 * @param cookieName - With its prefix: a token is valid in this cookie only.
 * @param content - What is encoded: a token of one is not valid for the other.
 */
export function sealedCodec(
  secret: string,
  cookieName: string,
  content: 'session' | 'id' = 'session',
): Codec {
  const purpose = content === 'id' ? 'sealed id' : 'sealed'
  const additionalData = toUtf8(JSON.stringify([purpose, cookieName]))
  const withKey = lazyKey(async () => {
    const bytes = await deriveKeyBytes(secret, purpose, cookieName)
    return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
  })

  return {
    async encode(payload) {
      const iv = crypto.getRandomValues(new Uint8Array(nonceLength))
      const algorithm = { name: 'AES-GCM', iv, additionalData }
      const sealed = await withKey((key) =>
        crypto.subtle.encrypt(algorithm, key, scratchUtf8(payload)),
      )
      const token = new Uint8Array(nonceLength + sealed.byteLength)
      token.set(iv)
      token.set(new Uint8Array(sealed), nonceLength)
      return encodeBase64url(token)
    },
    async decode(token) {
      const bytes = decodeBase64url(token)
      if (bytes === null) return null
      const algorithm = { name: 'AES-GCM', iv: bytes.subarray(0, nonceLength), additionalData }
      try {
        const sealed = bytes.subarray(nonceLength)
        return fromUtf8(await withKey((key) => crypto.subtle.decrypt(algorithm, key, sealed)))
      } catch {
        return null // not sealed by this secret for this cookie
      }
    },
  }
}
