import { checkOptions, type Rule } from '../options/validate.ts'
import { tooLarge } from '../state/too-large.ts'
import { encodeBase64url } from './base64url.ts'
import type { Codec } from './codec.ts'
import { decodePythonBase64, pythonLength, toStandardJson } from './python.ts'
import { toUtf8 } from './utf8.ts'

/** Options of `pyramidCodec()`, with the names that `SignedCookieSessionFactory` gives them. */
export interface PyramidCodecOptions {
  /** What the Pyramid site passes as `secret`, a string or bytes. */
  secret: string | Uint8Array
  /**
   * What the Pyramid site passes as `salt`.
   *
   * @default 'pyramid.session.'
   */
  salt?: string | Uint8Array
  /**
   * What the Pyramid site passes as `hashalg`, under its name in Web Crypto. Others, such as MD5, are
   * not available.
   *
   * @default 'SHA-512'
   */
  hash?: 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512'
}

const digestLengths = { 'SHA-1': 20, 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 } // bytes

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Makes the codec of Pyramid's `SignedCookieSessionFactory`, to share sessions with a live Pyramid
 * site: each reads and extends what the other wrote. A token is `base64url(HMAC + payload)`.
 *
 * Give `session()` beside it `lifetime: null`, Pyramid's own `timeout`, and
 * `cookie: { prefix: undefined }` with Pyramid's `cookie_name`.
 *
 * Pyramid's key is `salt + secret` as they are: unlike our own codecs it binds neither the cookie's
 * name nor a purpose, and any secret is accepted, since Pyramid chose it.
 *
 * @throws {TypeError} When `secret` is missing, or an option is unknown or of the wrong kind.
 * @see https://docs.pylonsproject.org/projects/pyramid/en/latest/api/session.html
 */
export function pyramidCodec(options: PyramidCodecOptions): Codec {
  checkOptions('pyramidCodec(): ', { ...options }, rules)
  const { secret, salt = 'pyramid.session.', hash = 'SHA-512' } = options
  if (!secret?.length) throw new TypeError("pyramidCodec(): secret is missing: give Pyramid's own")
  const digestLength = digestLengths[hash]
  const keyBytes = saltedSecret(salt, secret)
  let key: CryptoKey | undefined

  async function loadKey(): Promise<CryptoKey> {
    const hmac = { name: 'HMAC', hash }
    key = await crypto.subtle.importKey('raw', keyBytes, hmac, false, ['sign', 'verify'])
    return key
  }

  return {
    async encode(payload) {
      checkLength(payload, digestLength)
      const bytes = toUtf8(payload)
      const mac = await crypto.subtle.sign('HMAC', key ?? (await loadKey()), bytes)
      return encodeBase64url(concatenate(new Uint8Array(mac), bytes))
    },
    async decode(token) {
      const bytes = decodePythonBase64(token)
      if (bytes === null || bytes.length < digestLength) return null
      const payload = bytes.subarray(digestLength)
      const mac = bytes.subarray(0, digestLength)
      const valid = await crypto.subtle.verify('HMAC', key ?? (await loadKey()), mac, payload)
      if (!valid) return null
      try {
        return toStandardJson(decoder.decode(payload))
      } catch {
        return '' // signed, but not UTF-8: no session, as in Pyramid
      }
    },
  }
}

/** Characters of the longest value that Pyramid agrees to write. */
const maxLength = 4064

/** Makes sure that Pyramid, whose JSON is longer, can write the session again. */
function checkLength(payload: string, digestLength: number): void {
  const bytes = digestLength + pythonLength(payload)
  const length = Math.ceil((bytes * 4) / 3)
  if (length <= maxLength) return
  const data = new Map(Object.entries(JSON.parse(payload)[2]))
  throw tooLarge('the cookie for Pyramid', { size: length, most: maxLength, data })
}

const stringOrBytes: Rule = {
  cure: 'a string or a Uint8Array',
  allows: (value: unknown) => typeof value === 'string' || value instanceof Uint8Array,
}

const rules: Record<keyof PyramidCodecOptions, Rule> = {
  secret: stringOrBytes,
  salt: stringOrBytes,
  hash: {
    cure: `one of ${Object.keys(digestLengths).join(', ')}`,
    allows: (value: PropertyKey) => Object.hasOwn(digestLengths, value),
  },
}

/** Joins salt and secret as WebOb's `SignedSerializer` does: both in Latin-1 if that can encode both. */
function saltedSecret(salt: string | Uint8Array, secret: string | Uint8Array) {
  const toBytes = [salt, secret].every(isLatin1)
    ? (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
    : (text: string) => toUtf8(text)
  const [first, second] = [salt, secret].map((part) =>
    typeof part === 'string' ? toBytes(part) : part,
  )
  return concatenate(first as Uint8Array, second as Uint8Array)
}

function isLatin1(part: string | Uint8Array): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Latin-1 begins with the control characters
  return typeof part !== 'string' || /^[\x00-\xff]*$/.test(part)
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(first.length + second.length)
  bytes.set(first)
  bytes.set(second, first.length)
  return bytes
}
