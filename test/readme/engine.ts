import { decodeBase64url, encodeBase64url } from '../../src/session/codecs/base64url.ts'
import type { Codec } from '../../src/session/index.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const signatureLength = 64 // bytes

/** Signs with a private key, so that others can read sessions with the public one, and not write. */
export function ed25519Codec(publicKey: CryptoKey, privateKey?: CryptoKey): Codec {
  return {
    async encode(payload) {
      if (!privateKey) throw new Error('This app can only read sessions')
      const bytes = encoder.encode(payload)
      const signature = await crypto.subtle.sign('Ed25519', privateKey, bytes)
      return encodeBase64url(Uint8Array.from([...new Uint8Array(signature), ...bytes]))
    },
    async decode(token) {
      const bytes = decodeBase64url(token)
      if (bytes === null || bytes.length < signatureLength) return null
      const [signature, payload] = [bytes.slice(0, signatureLength), bytes.slice(signatureLength)]
      const isOurs = await crypto.subtle.verify('Ed25519', publicKey, signature, payload)
      return isOurs ? decoder.decode(payload) : null
    },
  }
}
