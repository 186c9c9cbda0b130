import { decodeBase64url } from '../codecs/base64url.ts'
import { fromUtf8, toUtf8 } from '../codecs/utf8.ts'

/** A public key of the curve P-256: its coordinates in base64url. */
export interface PublicKey {
  readonly x: string
  readonly y: string
}

/** What a browser signs to prove that it has a key. */
export interface Proof {
  /** The challenge that it answers. */
  readonly challenge: string
  /** The key, in a registration. */
  readonly key: PublicKey | null
  /** Whether a key has signed it. */
  isSignedBy(key: PublicKey): Promise<boolean>
}

/** No browser sends a longer one: the challenge is the only part that grows. */
const maxLength = 4096

/**
 * Reads a DBSC proof: a JWT signed with ES256, and with nothing else.
 *
 * @returns `null` for any other string.
 * @see https://w3c.github.io/webappsec-dbsc/#format-jwt
 * @see https://www.rfc-editor.org/rfc/rfc7518#section-3.4
 */
export function parseProof(jwt: string): Proof | null {
  const [head = '', body = '', signature = '', more] = jwt.split('.')
  if (jwt.length > maxLength || more !== undefined) return null
  const { alg, typ, jwk } = parseObject(head)
  const { jti } = parseObject(body)
  const bytes = decodeBase64url(signature)
  if (alg !== 'ES256' || typ !== 'dbsc+jwt' || typeof jti !== 'string' || !bytes) return null
  return {
    challenge: jti,
    key: publicKeyOf(jwk),
    isSignedBy: (key) => verify(key, bytes, toUtf8(`${head}.${body}`)),
  }
}

async function verify(
  { x, y }: PublicKey,
  signature: BufferSource,
  signed: BufferSource,
): Promise<boolean> {
  const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  try {
    const jwk = { kty: 'EC', crv: 'P-256', x, y }
    const key = await crypto.subtle.importKey('jwk', jwk, ecdsa, false, ['verify'])
    return await crypto.subtle.verify(ecdsa, key, signature, signed)
  } catch {
    return false // not a point of the curve, or not a signature of it
  }
}

/** @returns `null` if it is no key of P-256, each coordinate in its one spelling. */
function publicKeyOf(jwk: unknown): PublicKey | null {
  const { kty, crv, x, y } = Object(jwk) as Record<string, unknown>
  const isFine = kty === 'EC' && crv === 'P-256' && isCoordinate(x) && isCoordinate(y)
  return isFine ? { x, y } : null
}

function isCoordinate(value: unknown): value is string {
  return typeof value === 'string' && decodeBase64url(value)?.length === 32
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(fromUtf8(decodeBase64url(text) ?? new Uint8Array())))
  } catch {
    return {}
  }
}
