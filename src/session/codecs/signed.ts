import { fromUtf8, scratchUtf8 } from '../utf8.ts'
import { decodeBase64url, encodeBase64url } from './base64url.ts'
import type { Codec } from './codec.ts'
import { deriveKeyBytes, lazyKey } from './keys.ts'

const hmac = { name: 'HMAC', hash: 'SHA-256' }
const macLength = 43 // characters of 32 bytes in base64url

/**
 * Makes the codec that signs: whoever holds the cookie can read it, only the secret's holder can
 * write it. A token is `base64url(payload) + '.' + base64url(HMAC-SHA-256)`.
 *
 * @param cookieName - With its prefix: a token is valid in this cookie only.
 * @param content - What is encoded: a token of one is not valid for the other.
 */
export function signedCodec(
  secret: string,
  cookieName: string,
  content: 'session' | 'id' = 'session',
): Codec {
  const purpose = content === 'id' ? 'signed id' : 'signed'
  const withKey = lazyKey(async () => {
    const bytes = await deriveKeyBytes(secret, purpose, cookieName)
    return crypto.subtle.importKey('raw', bytes, hmac, false, ['sign', 'verify'])
  })

  return {
    encode: (payload) =>
      withKey((key) => {
        const bytes = scratchUtf8(payload)
        const text = encodeBase64url(bytes)
        const signed = crypto.subtle.sign('HMAC', key, bytes)
        return signed.then((mac) => `${text}.${encodeBase64url(new Uint8Array(mac))}`)
      }),
    async decode(token) {
      const dot = token.length - macLength - 1
      if (token[dot] !== '.') return null
      const mac = decodeBase64url(token.slice(dot + 1))
      const bytes = decodeBase64url(token.slice(0, dot))
      if (mac === null || bytes === null) return null
      const valid = await withKey((key) => crypto.subtle.verify('HMAC', key, mac, bytes))
      return valid ? fromUtf8(bytes) : null
    },
  }
}
