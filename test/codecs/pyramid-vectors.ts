import { type PyramidCodecOptions, pyramidCodec } from '../../src/session/codecs/pyramid.ts'
import type { SessionCookieOptions, SessionOptions } from '../../src/session/index.ts'
import recorded from './pyramid-vectors.json'

type Bytes = { type: 'str'; value: string } | { type: 'bytes'; hex: string } | { type: 'none' }

/** One session of Pyramid, as it wrote or read it. */
export interface Vector {
  readonly id: string
  readonly secret: Bytes
  readonly salt: Bytes
  readonly hashalg: string
  /** Seconds since the epoch, with their fraction. */
  readonly now: number
  readonly options: { timeout: number | null; reissue_time: number }
  readonly request_cookie?: string | null
  /** What was done with the session: a method of Pyramid's, then its arguments. */
  readonly ops?: [method: string, ...args: unknown[]][]
  readonly cookie_options?: Record<string, unknown>
  readonly set_cookie_headers?: string[]
  readonly cookie: string | null
  readonly payload_json?: string
  readonly payload_hex?: string
  readonly state?: unknown
  readonly expect: 'valid' | 'rejected' | 'expired' | 'raises' | 'error' | 'no-set-cookie'
  readonly loaded?: {
    new: boolean
    state: Record<string, unknown>
    created: number
    read_sets_cookie: boolean
  }
}

/** All vectors. */
export const vectors = recorded.vectors as unknown as readonly Vector[]

/** Who wrote them. */
export const source = recorded.meta['written by']

const hashes = {
  sha1: 'SHA-1',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
} as const

/** Whether Web Crypto has the vector's hash. */
export function hasHash({ hashalg }: Vector): boolean {
  return hashalg in hashes
}

/** The options of `pyramidCodec()` for a vector. */
export function codecOptions({ secret, salt, hashalg }: Vector): PyramidCodecOptions {
  const hash = hashes[hashalg as keyof typeof hashes] ?? hashalg
  return { secret: bytesOrText(secret), salt: bytesOrText(salt), hash }
}

/** The codec of a vector. */
export function codecOf(vector: Vector) {
  return pyramidCodec(codecOptions(vector))
}

/** The options of `session()` that correspond to the Pyramid site. */
export function siteOptions(vector: Vector) {
  return {
    codec: codecOf(vector),
    timeout: vector.options.timeout,
    reissueTime: vector.options.reissue_time,
    lifetime: null,
    cookie: { prefix: undefined, secure: false },
  } satisfies SessionOptions
}

/** Our cookie options that correspond to Pyramid's. */
export function cookieOptions({ cookie_options: theirs = {} }: Vector): SessionCookieOptions {
  const { cookie_name = 'session', path = '/', max_age, domain, samesite } = theirs
  return {
    ...{ name: cookie_name, prefix: undefined, path, domain, sameSite: samesite ?? undefined },
    ...{ secure: theirs.secure ?? false, httpOnly: theirs.httponly ?? false },
    ...(max_age === undefined ? {} : { maxAge: Number(max_age) }),
  } as SessionCookieOptions
}

/** The payload of a vector, if it was recorded. */
export function payloadText({ payload_json, payload_hex }: Vector): string | undefined {
  if (payload_hex === undefined) return payload_json
  return new TextDecoder().decode(fromHex(payload_hex))
}

function bytesOrText(value: Bytes): string | Uint8Array {
  if (value.type === 'str') return value.value
  return value.type === 'bytes' ? fromHex(value.hex) : ''
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}
