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

/** A way to keep sessions, which attacks are to fail at. */
export interface Kind {
  readonly kind: string
  readonly options: SessionOptions & { readonly secret: string }
  /** Where the sessions are, if they are not the cookie. */
  readonly store?: ReturnType<typeof watched>
  /** Makes what writes and reads its cookie. */
  codec(secret: string, cookieName: string): Codec
}

/** Makes one of each kind, all with the same secret and the same cookie. */
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

/** A store that keeps all it is given: limits that only it could keep would show. */
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

/** What a page shows to whom the site does not know. */
export const anonymous = { status: 200, result: [true, {}], sent: [] }

/** Sends one cookie to a site, and tells what its page shows and which cookies it sets. */
export async function present(options: SessionOptions, token: string, name = cookieName) {
  // Another cookie behind it, so that no space at the end is trimmed from the header.
  const { status, result, sent, rejected } = await visitOnce(
    options,
    `${name}=${token}; other=1`,
    (session) => [session.new, Object.fromEntries(session.entries())],
  )
  return { shown: { status, result, sent }, rejected }
}

/** Sends each token to a site, and lists those that it took for more than a forgery. */
export async function honoured({ options, store }: Kind, tokens: string[]): Promise<string[]> {
  let reason: RejectReason | undefined
  const onReject = (given: RejectReason) => {
    reason = given
  }
  const visitor = createVisitor({ ...options, onReject })
  // Who has read a genuine one before must not take another for it.
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

/** What its cookie carries: the session, or the id of one that there is. */
export async function contentOf({ options, codec }: Kind, data?: object): Promise<string> {
  return String(await codec(options.secret, cookieName).decode(await genuine(options, data)))
}

/** Has a site keep a payload, whatever it is, and tells the cookie that leads to it. */
export async function plant({ options, store, codec }: Kind, payload: string): Promise<string> {
  const id = randomString(32)
  await store?.swap(await storeKey(id), null, payload, 1)
  return codec(options.secret, cookieName).encode(store ? id : payload)
}
