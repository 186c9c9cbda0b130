// The same for our sealed cookie.
import { deriveKeyBytes } from '../../src/session/codecs/keys.ts'
import { host, secret } from '../host.ts'
import { decodeBase64url, encodeBase64url } from './base64url.ts'
import { handmade, name } from './handmade.ts'

const nonceLength = 12 // bytes
const encoder = new TextEncoder()
const decoder = new TextDecoder()
const additionalData = encoder.encode(JSON.stringify(['sealed', name]))
const buffer = new Uint8Array(3 * 4096)

let key: CryptoKey | undefined

async function importKey(): Promise<CryptoKey> {
  const bytes = await deriveKeyBytes(secret, 'sealed', name)
  key = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
  return key
}

async function decode(token: string): Promise<string | null> {
  const bytes = decodeBase64url(token)
  const algorithm = { name: 'AES-GCM', iv: bytes.subarray(0, nonceLength), additionalData }
  const sealed = bytes.subarray(nonceLength)
  try {
    const opened = await crypto.subtle.decrypt(algorithm, key ?? (await importKey()), sealed)
    return decoder.decode(opened)
  } catch {
    return null
  }
}

async function encode(payload: string): Promise<string> {
  const bytes = buffer.subarray(0, encoder.encodeInto(payload, buffer).written)
  const iv = crypto.getRandomValues(new Uint8Array(nonceLength))
  const algorithm = { name: 'AES-GCM', iv, additionalData }
  const sealed = await crypto.subtle.encrypt(algorithm, key ?? (await importKey()), bytes)
  const token = new Uint8Array(nonceLength + sealed.byteLength)
  token.set(iv)
  token.set(new Uint8Array(sealed), nonceLength)
  return encodeBase64url(token)
}

export default host(handmade({ decode, encode }))
