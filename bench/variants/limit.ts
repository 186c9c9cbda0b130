// What is done by hand, in the route, for one site: the least that our signed cookie could cost.
// Its cookies and answers are those of the library.

import { deriveKeyBytes } from '../../src/session/codecs/keys.ts'
import { host, secret } from '../host.ts'
import { decodeBase64url, encodeBase64url } from './base64url.ts'
import { handmade, name } from './handmade.ts'

const hmac = { name: 'HMAC', hash: 'SHA-256' }
const macLength = 43 // characters
const encoder = new TextEncoder()
const decoder = new TextDecoder()
const buffer = new Uint8Array(3 * 4096)

let key: CryptoKey | undefined

async function importKey(): Promise<CryptoKey> {
  const bytes = await deriveKeyBytes(secret, 'signed', name)
  key = await crypto.subtle.importKey('raw', bytes, hmac, false, ['sign', 'verify'])
  return key
}

export async function decode(token: string): Promise<string | null> {
  const dot = token.length - macLength - 1
  if (token[dot] !== '.') return null
  const bytes = decodeBase64url(token.slice(0, dot))
  const mac = decodeBase64url(token.slice(dot + 1))
  if (!(await crypto.subtle.verify('HMAC', key ?? (await importKey()), mac, bytes))) return null
  return decoder.decode(bytes)
}

export async function encode(payload: string): Promise<string> {
  const bytes = buffer.subarray(0, encoder.encodeInto(payload, buffer).written)
  const text = encodeBase64url(bytes)
  const mac = await crypto.subtle.sign('HMAC', key ?? (await importKey()), bytes)
  return `${text}.${encodeBase64url(new Uint8Array(mac))}`
}

export default host(handmade({ decode, encode }))
