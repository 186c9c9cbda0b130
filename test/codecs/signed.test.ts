import { afterEach, describe, expect, it, vi } from 'vitest'
import { signedCodec } from '../../src/session/codecs/signed.ts'
import { at, start } from '../kit/clock.ts'
import { otherSecret, payloadOf, secret, sign } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

// Made by Python's hmac and hashlib: HKDF-SHA-256 with an empty salt and the info
// ["edge-session","signed",<cookie name>], then HMAC-SHA-256 of the payload.
const payload = '[1700000000,1700000000,{"name":"Zoë 🍪"}]'
const body = 'WzE3MDAwMDAwMDAsMTcwMDAwMDAwMCx7Im5hbWUiOiJab8OrIPCfjaoifV0'
const known = [
  ['__Host-session', `${body}.tJ9ZQwnaMX9MetOc20gQ-iF9oOZz1q0IxgUofxH0HbI`],
  ['session', `${body}.e0LNDrEAH_4Vj2lk5-dpjuWt1zVR5Z2ZWAq48Cb9pXE`],
] as const

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** The secret of the known answers. */
const knownSecret = 'only-these-tests-know-this-secret'

describe('signedCodec()', () => {
  it.each(known)('writes the known answer for the cookie %s', async (name, token) => {
    expect(await signedCodec(knownSecret, name).encode(payload)).toBe(token)
  })

  it.each(known)('reads the known answer for the cookie %s', async (name, token) => {
    expect(await signedCodec(knownSecret, name).decode(token)).toBe(payload)
  })
})

describe('a signed cookie', () => {
  it("has Pyramid's payload: renewed, created and data", async () => {
    at(0)
    const visitor = createVisitor()
    await visitor.visit((session) => session.set('a', { b: [1] }))
    at(7)
    await visitor.visit((session) => {
      session.flash('one')
      session.flash('two', 'error')
    })
    expect(payloadOf(visitor.token)).toEqual([
      start + 7,
      start,
      { a: { b: [1] }, _f_: ['one'], _f_error: ['two'] },
    ])
  })
})

describe('a list of secrets', () => {
  it('re-signs what an old one signed, without extending its life', async () => {
    at(60)
    const old = [start + 1, start, { a: 1 }]
    const visitor = createVisitor({ secret: [otherSecret, secret], reissueTime: null })
    expect(await visitor.present(await sign(old))).toEqual({ a: 1 })
    expect(visitor.token).toBe(await sign(old, otherSecret))
  })

  it('re-signs the payload unchanged', async () => {
    at(60)
    const text = `[ ${start}.5, ${start}, {"a": "\\u00e9"} ]`
    const visitor = createVisitor({ secret: [otherSecret, secret] })
    await visitor.present(await signedCodec(secret, '__Host-session').encode(text))
    expect(visitor.token).toBe(await signedCodec(otherSecret, '__Host-session').encode(text))
  })

  it('leaves tokens of the first one alone', async () => {
    at(60)
    const visitor = createVisitor({ secret: [otherSecret, secret] })
    expect(await visitor.present(await sign([start, start, { a: 1 }], otherSecret))).toEqual({
      a: 1,
    })
    expect(visitor.sent).toEqual([])
  })

  it('no longer honors a removed secret', async () => {
    at(60)
    const retired = await sign([start, start, { a: 1 }])
    expect(await createVisitor({ secret: [otherSecret] }).present(retired)).toEqual({})
  })
})
