import { randomString } from '../../src/session/codecs/random.ts'
import { sealedCodec } from '../../src/session/codecs/sealed.ts'
import { signedCodec } from '../../src/session/codecs/signed.ts'
import {
  type Codec,
  type RejectReason,
  type SessionOptions,
  type Store,
  storeKey,
} from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { sealSession } from '../../src/session/testing.ts'
import { watched } from './stores.ts'
import { cookieName, secret } from './tokens.ts'
import { createVisitor, visitOnce } from './visitor.ts'

/** A way to keep sessions, to run attacks on. */
export interface Kind {
  readonly kind: string
  readonly options: SessionOptions & { readonly secret: string }
  /** Where the sessions are, unless they are in the cookie. */
  readonly store?: ReturnType<typeof watched>
  /** Makes the codec of its cookie. */
  codec(secret: string, cookieName: string): Codec
}

/** One of each kind, all with the same secret and the same cookie name. */
export function makeKinds(): Kind[] {
  return [
    { kind: 'a signed cookie', options: { secret }, codec: signedCodec },
    { kind: 'a sealed cookie', options: { secret, encrypt: true }, codec: sealedCodec },
    ...[signedCodec, sealedCodec].map((codec) => {
      const store = watched(neverForgetting(memoryStore()))
      return {
        kind: `the ${codec === sealedCodec ? 'sealed' : 'signed'} id of a session in a store`,
        options: { secret, encrypt: codec === sealedCodec, store },
        store,
        codec: (by: string, name: string) => codec(by, name, 'id'),
      }
    }),
  ]
}

/** Those whose sessions are in a store. */
export function storedOf(kinds: Kind[]) {
  return kinds.flatMap(({ store, ...kind }) => (store ? [{ ...kind, store }] : []))
}

/** A store that never expires a record, so that limits must be enforced from the payload. */
function neverForgetting(store: Store): Store {
  return {
    get: store.get,
    swap: (key, before, after) => store.swap(key, before, after, 34_560_000),
  }
}

/** The value of a cookie that the site itself wrote for a session with this data. */
export async function genuine(options: SessionOptions, data: object = { user: 'mary' }) {
  const pair = await sealSession(data, options)
  return pair.slice(pair.indexOf('=') + 1)
}

/** The response to a visitor without a valid session. */
export const anonymous = { status: 200, result: [true, {}], sent: [] }

/** Sends one cookie to a site, and returns what its page shows and which cookies it sets. */
export async function present(options: SessionOptions, token: string, name = cookieName) {
  // Another cookie after it, so that no trailing space is trimmed from the header.
  const { status, result, sent, rejected } = await visitOnce(
    options,
    `${name}=${token}; other=1`,
    (session) => [session.new, Object.fromEntries(session.entries())],
  )
  return { shown: { status, result, sent }, rejected }
}

/** Sends each token to a site, and returns those that it did not treat as forged. */
export async function honored({ options, store }: Kind, tokens: string[]): Promise<string[]> {
  let reason: RejectReason | undefined
  const onReject = (given: RejectReason) => {
    reason = given
  }
  const visitor = createVisitor({ ...options, onReject })
  // After a genuine one, which is now in the cache.
  const Cookie = `${cookieName}=${await genuine(options)}`
  await visitor.visit((session) => session.size, { headers: { Cookie } })
  const found: string[] = []
  for (const token of tokens) {
    const calls = store?.calls.length
    const headers = { Cookie: `${cookieName}=${token}; other=1` }
    const isAnonymous = await visitor.visit(({ new: isNew, size }) => isNew && size === 0, {
      headers,
    })
    const isSilent = visitor.sent.length === 0 && store?.calls.length === calls
    if (!isAnonymous || !isSilent || reason !== 'forged') found.push(token)
    reason = undefined
  }
  return found
}

/** The content of its token: a payload, or the id of a session that exists. */
export async function contentOf({ options, codec }: Kind, data?: object): Promise<string> {
  return String(await codec(options.secret, cookieName).decode(await genuine(options, data)))
}

/** Stores any payload as the session of a site, and returns the token for it. */
export async function plant({ options, store, codec }: Kind, payload: string): Promise<string> {
  const id = randomString(32)
  await store?.swap(await storeKey(id), null, payload, 1)
  return codec(options.secret, cookieName).encode(store ? id : payload)
}
