import { Hono } from 'hono'
import { decodeBase64url } from '../../../src/session/codecs/base64url.ts'
import { type Codec, session } from '../../../src/session/index.ts'

/** Reads the encrypted cookies of @hono/session, and writes none. */
export function honoSessionCodec(secret: string): Codec {
  return {
    async encode() {
      throw new Error('This codec only reads: list it behind a secret')
    },
    async decode(token) {
      const [header = '', key, ...rest] = token.split('.')
      const [iv, ciphertext, tag] = rest.map((part) => decodeBase64url(part))
      if (key !== '' || !iv || !ciphertext || !tag || tag.length !== 16) return null
      const additionalData = new TextEncoder().encode(header)
      const sealed = Uint8Array.from([...ciphertext, ...tag])
      try {
        const aes = await deriveKey(secret)
        const plain = await crypto.subtle.decrypt(
          { name: 'AES-GCM', iv, additionalData },
          aes,
          sealed,
        )
        return toPayload(JSON.parse(new TextDecoder().decode(plain)))
      } catch {
        return null // not sealed by this secret
      }
    },
  }
}

function toPayload(claims: { exp?: number; iat: number; sid: string }): string | null {
  const { exp, iat, sid, ...data } = claims
  const now = Math.floor(Date.now() / 1000)
  return exp !== undefined && exp <= now ? null : JSON.stringify([now, iat, data])
}

async function deriveKey(secret: string): Promise<CryptoKey> {
  const bytes = new TextEncoder().encode(secret)
  const material = await crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveKey'])
  const info = new TextEncoder().encode('session jwe cek')
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }
  const aes = { name: 'AES-GCM', length: 256 }
  return crypto.subtle.deriveKey(hkdf, material, aes, false, ['decrypt'])
}

// #region app
const app = new Hono<{ Bindings: { SESSION_SECRET: string; AUTH_SECRET: string } }>()
  .use(
    session<{ user: string; counter: number }>((c) => ({
      secret: c.env.SESSION_SECRET, // a new one: it signs from now on
      codec: honoSessionCodec(c.env.AUTH_SECRET),
      cookie: { name: 'sid', prefix: undefined },
    })),
  )
  .get('/', async (c) => {
    const session = await c.var.session()
    return c.json({
      user: session.get('user'),
      counter: session.update('counter', (n = 0) => n + 1),
    })
  })
// #endregion

export default app
