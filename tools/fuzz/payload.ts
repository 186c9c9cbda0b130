import assert from 'node:assert/strict'
import { pyramidCodec } from '../../src/session/codecs/pyramid.ts'
import { sealedCodec } from '../../src/session/codecs/sealed.ts'
import { signedCodec } from '../../src/session/codecs/signed.ts'
import {
  type Codec,
  csrfToken,
  type RejectReason,
  type Session,
  type SessionOptions,
  storeKey,
} from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { cookieName, dataOf, door, secret, start } from './door.ts'
import { lifetime, payloads, timeout } from './payloads.ts'
import { type Outcome, type Target, target } from './target.ts'

/** A place in which the site accepts a payload as its own. */
interface Place {
  readonly name: string
  readonly options: SessionOptions
  /** Makes the cookie that leads to it. */
  keep(payload: string): Promise<string>
}

/** Makes the targets that read a payload with a valid signature. */
export function payloadTargets(): Target[] {
  const pyramid = pyramidCodec({ secret })
  const places = [
    inCookie('signed payload', { secret }, signedCodec(secret, cookieName)),
    inCookie('sealed payload', { secret, encrypt: true }, sealedCodec(secret, cookieName)),
    inCookie('Pyramid payload', { codec: pyramid }, pyramid),
    inStore('stored payload'),
  ]
  const outcomes = ['accepted', 'malformed', 'expired'] as const
  return places.map((place) => target(place.name, outcomes, payloads, attemptWith(place)))
}

function inCookie(name: string, options: SessionOptions, codec: Codec): Place {
  return { name, options, keep: (payload) => codec.encode(payload) }
}

function inStore(name: string): Place {
  const store = memoryStore()
  const codec = signedCodec(secret, cookieName, 'id')
  let count = 0
  return {
    name,
    options: { secret, store },
    async keep(payload) {
      const id = String(count++).padStart(43, '-')
      await store.swap(await storeKey(id), null, payload, lifetime)
      return codec.encode(id)
    },
  }
}

function attemptWith({ options, keep }: Place) {
  const send = door({ ...options, timeout, lifetime })
  const isLenient = 'codec' in options

  return async function attempt(payload: string): Promise<Outcome> {
    const cookie = `${cookieName}=${await keep(payload)}`
    const { reason, isNew, created, data, sent } = await send(cookie)
    const expected = verdictOf(payload)
    // Some payloads that are not RFC 8259 JSON are valid sessions for Pyramid.
    if (isLenient && expected === 'malformed' && isPythonic(payload)) return reason ?? 'accepted'
    assert.equal(reason ?? 'accepted', typeof expected === 'string' ? expected : 'accepted')
    assert.equal(isNew, reason !== undefined)
    if (typeof expected === 'string') {
      assert.equal(data, '[]')
      assert.equal(sent.length, expected === 'expired' ? 1 : 0)
      return expected
    }
    assert.deepEqual({ created, data }, expected)
    await useAgain(cookie, data)
    return 'accepted'
  }

  /** Uses the session as handlers do, and visits again with the result. */
  async function useAgain(cookie: string, data: string): Promise<void> {
    const { sent } = await send(cookie, use)
    assert.equal(sent.length, options.store ? 0 : 1)
    const next = sent[0]?.replace(/;.*/, '') ?? cookie
    const back = await send(next, (session) => {
      assert.equal(session.peekFlash().at(-1), 'seen')
      assert.deepEqual(session.peekFlash('error'), [])
    })
    assert.equal(back.data, dataOf([...JSON.parse(data), ['fuzzed', 1]]))
  }
}

function use(session: Session): void {
  session.popFlash('error')
  session.flash('seen')
  session.set('fuzzed', 1)
  csrfToken(session)
}

/** The expected outcome for a payload, by an independent implementation of the rules. */
function verdictOf(payload: string): RejectReason | { created: number; data: string } {
  let parts: unknown
  try {
    parts = JSON.parse(payload)
  } catch {
    return 'malformed'
  }
  if (!Array.isArray(parts) || parts.length !== 3) return 'malformed'
  const [renewed, created, data] = parts
  for (const stamp of [renewed, created]) {
    if (typeof stamp !== 'number' || stamp < 0 || stamp > start + 60) return 'malformed'
  }
  if (Object.prototype.toString.call(data) !== '[object Object]') return 'malformed'
  if (depthOf(data) > 65) return 'malformed' // a value of 64 levels, in the data
  if (renewed < start - timeout || created < start - lifetime) return 'expired'
  const own = Object.entries(data).filter(([key]) => !/^_f_|^_csrft_$|^_bound_$/.test(key))
  return { created, data: dataOf(own) }
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

function isPythonic(payload: string): boolean {
  return /NaN|Infinity|\[\s*"|,\s*"|\[\s*\]/.test(payload)
}
