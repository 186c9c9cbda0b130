import { pyramidCodec } from '../../src/session/codecs/pyramid.ts'
import { sealedCodec } from '../../src/session/codecs/sealed.ts'
import { signedCodec } from '../../src/session/codecs/signed.ts'
import {
  type Codec,
  type RejectReason,
  type SessionOptions,
  storeKey,
} from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { sealSession } from '../../src/session/testing.ts'
import { cookieName, dataOf, otherSecret, secret, start } from './door.ts'

/** A codec, and tokens that it reads. */
export interface Reader {
  readonly name: string
  readonly options: SessionOptions
  readonly codec: Codec
  /** Tokens that the server made, each with its expected outcome. */
  readonly made: ReadonlyMap<string, Verdict>
  /** What a string can decode to, if a token has more than one spelling. */
  readonly essences?: (text: string) => string[]
}

/** The visitor's data, or why there is none. */
export type Verdict = { readonly data: string } | { readonly reason: RejectReason }

const contents: Record<string, unknown>[] = [
  {},
  { user: 'mary' },
  { user: 'mary', n: 1 },
  { text: 'Zoë 🍪 日本', list: [1, [2, { a: null }]] },
  { long: 'x'.repeat(600) },
]
const payload = `[${start},${start},{"user":"eve"}]`
const unknownId = 'an-id-of-43-characters-that-no-store-knows-'
const brokenId = 'an-id-of-43-characters-that-keeps-no-sess--'

/** Each built-in codec, for a session and for an id in a store, with its tokens. */
export async function readers(): Promise<Reader[]> {
  const pyramid = pyramidCodec({ secret })
  return [
    await sessionReader('signed session', { secret }, signedCodec(secret, cookieName)),
    await sessionReader(
      'sealed session',
      { secret, encrypt: true },
      sealedCodec(secret, cookieName),
    ),
    await sessionReader('Pyramid session', { codec: pyramid }, pyramid, base64Essences),
    await idReader('signed id', { secret }, signedCodec(secret, cookieName, 'id')),
    await idReader('sealed id', { secret, encrypt: true }, sealedCodec(secret, cookieName, 'id')),
  ]
}

/** What a string can decode to in Python's base64, which can stop at padding. */
function base64Essences(text: string): string[] {
  const ends = [...text.matchAll(/=|$/g)].map(({ index }) => index)
  return ends.map((end) => {
    const digits = text.slice(0, end).replaceAll('-', '+').replaceAll('_', '/')
    const data = digits.replace(/[^a-z\d+/]/gi, '')
    return data.length % 4 === 1 ? text : atob(data)
  })
}

async function sessionReader(
  name: string,
  options: SessionOptions,
  codec: Codec,
  essences?: Reader['essences'],
): Promise<Reader> {
  const made = await sessions(options)
  const late = { renewed: start - 3600 }
  made.set(await sealed({ user: 'late' }, options, late), { reason: 'expired' })
  for (const content of ['', '[1,1]', unknownId]) {
    made.set(await codec.encode(content), { reason: 'malformed' })
  }
  return { name, options, codec, made, ...(essences && { essences }) }
}

async function idReader(name: string, format: SessionOptions, codec: Codec): Promise<Reader> {
  const store = memoryStore()
  const options = { ...format, store }
  const made = await sessions(options)
  for (const content of ['', 'short', `${unknownId}-`, payload]) {
    made.set(await codec.encode(content), { reason: 'malformed' })
  }
  made.set(await codec.encode(unknownId), { reason: 'unknown' })
  await store.swap(await storeKey(brokenId), null, '[1,1]', 3600)
  made.set(await codec.encode(brokenId), { reason: 'malformed' })
  return { name, options, codec, made }
}

async function sessions(options: SessionOptions): Promise<Map<string, Verdict>> {
  const made = new Map<string, Verdict>()
  for (const data of contents) {
    made.set(await sealed(data, options), { data: dataOf(Object.entries(data)) })
  }
  return made
}

/** Tokens that are valid elsewhere: under another secret, in another cookie, with another salt. */
export async function foreign(): Promise<string[]> {
  const codecs = [signedCodec, sealedCodec].flatMap((codec) => [
    codec(otherSecret, cookieName),
    codec(otherSecret, cookieName, 'id'),
    codec(secret, 'session'),
    codec(secret, 'session', 'id'),
  ])
  codecs.push(
    pyramidCodec({ secret: otherSecret }),
    pyramidCodec({ secret, salt: 'other' }),
    pyramidCodec({ secret, hash: 'SHA-256' }),
  )
  const tokens = codecs.flatMap((codec) => [codec.encode(payload), codec.encode(unknownId)])
  return Promise.all(tokens)
}

async function sealed(
  data: Record<string, unknown>,
  options: SessionOptions,
  times?: { renewed: number },
): Promise<string> {
  return (await sealSession(data, options, times)).slice(`${cookieName}=`.length)
}
