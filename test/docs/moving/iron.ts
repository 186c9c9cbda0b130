import { decodeBase64url } from '../../../src/session/codecs/base64url.ts'
import type { Codec } from '../../../src/session/index.ts'

const encoder = new TextEncoder()

/**
 * Reads cookies of iron-session and hono-sessions, and writes none.
 *
 * @param passwords - By their ids; iron-session calls a single one '1', hono-sessions ''.
 * @param toData - Makes a session's data of what was sealed; `null`: not a session any more.
 */
export function ironCodec(
  passwords: { [id: string]: string },
  toData: (sealed: unknown) => object | null,
): Codec {
  return {
    async encode() {
      throw new Error('This codec only reads: list it behind a secret')
    },
    async decode(token) {
      const json = await unseal(token.replace(/~2$/, ''), passwords)
      const data = json === null ? null : toData(JSON.parse(json))
      const now = Math.floor(Date.now() / 1000)
      return data && JSON.stringify([now, now, data])
    },
  }
}

async function unseal(token: string, passwords: { [id: string]: string }): Promise<string | null> {
  const parts = token.split('*')
  const [prefix, id = '', salt = '', iv, sealed, expires, macSalt = '', mac] = parts
  const password = new Map(Object.entries(passwords)).get(id)
  const bytes = [iv, sealed, mac].map((part) => decodeBase64url(part ?? ''))
  if (parts.length !== 8 || prefix !== 'Fe26.2' || password === undefined) return null
  const [nonce, ciphertext, signature] = bytes
  if (!nonce || !ciphertext || !signature || nonce.length !== 16) return null

  const signed = encoder.encode(parts.slice(0, 6).join('*'))
  const hmac = await deriveKey(password, macSalt, { name: 'HMAC', hash: 'SHA-256', length: 256 })
  if (!(await crypto.subtle.verify('HMAC', hmac, signature, signed))) return null
  if (expires && Number(expires) <= Date.now()) return null
  const aes = await deriveKey(password, salt, { name: 'AES-CBC', length: 256 })
  const plain = await crypto.subtle.decrypt({ name: 'AES-CBC', iv: nonce }, aes, ciphertext)
  return new TextDecoder().decode(plain)
}

async function deriveKey(
  password: string,
  salt: string,
  algorithm: { name: 'HMAC'; hash: string; length: number } | { name: 'AES-CBC'; length: number },
): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', encoder.encode(password), 'PBKDF2', false, [
    'deriveKey',
  ])
  const pbkdf2 = { name: 'PBKDF2', hash: 'SHA-1', salt: encoder.encode(salt), iterations: 1 }
  const uses = algorithm.name === 'HMAC' ? ['verify'] : ['decrypt']
  return crypto.subtle.deriveKey(pbkdf2, material, algorithm, false, uses)
}
