import { afterEach, describe, expect, it, vi } from 'vitest'
import { signedCodec } from '../../src/session/codecs/signed.ts'
import { at, start } from '../kit/clock.ts'
import { otherSecret, payloadOf, secret, sign } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const strangers = ['=', '%41', ' ', '"', ',', '.', '+', '/']

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

/** Lists those of the tokens that a site honours. */
async function honoured(tokens: string[]): Promise<string[]> {
  const visitor = createVisitor({ timeout: null, lifetime: null })
  const accepted: string[] = []
  for (const token of tokens) {
    // Another cookie behind it, so that no space at the end is trimmed from the header.
    const headers = { Cookie: `__Host-session=${token}; other=1` }
    if (!(await visitor.visit((session) => session.new, { headers }))) accepted.push(token)
  }
  return accepted
}

describe('signedCodec()', () => {
  it.each(known)('writes the known answer for the cookie %s', async (name, token) => {
    expect(await signedCodec(secret, name).encode(payload)).toBe(token)
  })

  it.each(known)('reads the known answer for the cookie %s', async (name, token) => {
    expect(await signedCodec(secret, name).decode(token)).toBe(payload)
  })

  // What a header cannot carry, or workerd complains of.
  it.each(['\n', '\r', '\0', 'é', 'ÿ', '\u0141', '\u{1f36a}', '\ud800'])(
    'returns null for a token with %j anywhere in it',
    async (stranger) => {
      const codec = signedCodec(secret, 'session')
      const token = await codec.encode('[]')
      for (let i = 0; i <= token.length; i++) {
        expect(await codec.decode(token.slice(0, i) + stranger + token.slice(i))).toBeNull()
        expect(await codec.decode(token.slice(0, i) + stranger + token.slice(i + 1))).toBeNull()
      }
    },
  )

  it('derives its key once', async () => {
    const derive = vi.spyOn(crypto.subtle, 'deriveBits')
    const codec = signedCodec(secret, 'session')
    await codec.decode(await codec.encode('[]'))
    await codec.encode('[]')
    expect(derive).toHaveBeenCalledTimes(1)
  })
})

describe('a signed cookie', () => {
  it('holds what Pyramid holds: when it was renewed, when created, and the data', async () => {
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

  it('is honoured as it was sent', async () => {
    const token = await sign([start, start, { a: 1 }])
    expect(await honoured([token])).toEqual([token])
  })

  it('is refused with any one character changed', { timeout: 60_000 }, async () => {
    const token = await sign([start, start, { a: 1 }])
    const changed = [...token].flatMap((original, i) =>
      [...alphabet, ...strangers]
        .filter((other) => other !== original)
        .map((other) => token.slice(0, i) + other + token.slice(i + 1)),
    )
    expect(changed.length).toBeGreaterThan(5000)
    expect(await honoured(changed)).toEqual([])
  })

  it('is refused when truncated, at either end', async () => {
    const token = await sign([start, start, { a: 1 }])
    const truncated = [...token].flatMap((_, i) => [token.slice(0, i), token.slice(i + 1)])
    expect(await honoured(truncated)).toEqual([])
  })

  it('is refused when extended, at either end or at its dot', async () => {
    const token = await sign([start, start, { a: 1 }])
    const extended = [...alphabet, ...strangers, token, `.${token}`].flatMap((more) => [
      token + more,
      token.replace('.', `${more}.`),
      token.replace('.', `.${more}`),
      ...(more === ' ' ? [] : [more + token]), // a space before a value is not part of it
    ])
    expect(await honoured(extended)).toEqual([])
  })

  it('is refused without a body, without a signature and without either', async () => {
    const [body, mac] = (await sign([start, start, { a: 1 }])).split('.') as [string, string]
    expect(await honoured(['', '.', '..', body, `${body}.`, mac, `.${mac}`])).toEqual([])
  })

  it('is refused in quotes, and percent-encoded', async () => {
    const token = await sign([start, start, { a: 1 }])
    const encoded = [...token].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('')
    expect(await honoured([`"${token}"`, encoded, token.replace('.', '%2E')])).toEqual([])
  })

  it.each([0, 1, 2])('has one spelling where its length leaves %i over', async (over) => {
    // Bodies of every length modulo 3, so that the unused bits of the last character vary.
    const token = await sign([start, start, { a: 'x'.repeat(over) }])
    const respelt = [token.indexOf('.') - 1, token.length - 1].flatMap((i) =>
      [...alphabet]
        .filter((other) => other !== token[i])
        .map((other) => token.slice(0, i) + other + token.slice(i + 1)),
    )
    const padded = [`${token}=`, token.replace('.', '=.'), token.replace('.', '==.')]
    expect(await honoured([...respelt, ...padded])).toEqual([])
  })

  it('is refused with the signature of another payload', async () => {
    const [body] = (await sign([start, start, { admin: true }])).split('.')
    const [, mac] = (await sign([start, start, { admin: false }])).split('.')
    expect(await honoured([`${body}.${mac}`])).toEqual([])
  })

  it('is refused when another secret signed it', async () => {
    expect(await honoured([await sign([start, start, { a: 1 }], otherSecret)])).toEqual([])
  })

  it.each(['session', '__Secure-session', '__host-session', 'other', '["__Host-session"]', ''])(
    'is refused when it was signed for the cookie "%s"',
    async (name) => {
      expect(await honoured([await sign([start, start, { a: 1 }], secret, name)])).toEqual([])
    },
  )

  it('is not parsed before its signature is verified', async () => {
    const visitor = createVisitor()
    const parse = vi.spyOn(JSON, 'parse')
    await visitor.present(await sign([start, start, { a: 1 }], otherSecret))
    expect(parse).not.toHaveBeenCalled()
  })

  it('is not even verified when it is longer than browsers keep', async () => {
    const visitor = createVisitor()
    const verify = vi.spyOn(crypto.subtle, 'verify')
    await visitor.present(await sign([start, start, { a: 'x'.repeat(3100) }]))
    expect(verify).not.toHaveBeenCalled()
  })
})

describe('a list of secrets', () => {
  it('signs with the first one', async () => {
    const visitor = createVisitor({ secret: [otherSecret, secret] })
    await visitor.visit((session) => session.set('a', 1))
    expect(visitor.token).toBe(await sign(payloadOf(visitor.token), otherSecret))
  })

  it('signs anew what an old one signed, and does not extend its life', async () => {
    at(60)
    const old = [start + 1, start, { a: 1 }]
    const visitor = createVisitor({ secret: [otherSecret, secret], reissueTime: null })
    expect(await visitor.present(await sign(old))).toEqual({ a: 1 })
    expect(visitor.token).toBe(await sign(old, otherSecret))
  })

  it('signs anew the very text of the payload', async () => {
    at(60)
    const text = `[ ${start}.5, ${start}, {"a": "\\u00e9"} ]`
    const visitor = createVisitor({ secret: [otherSecret, secret] })
    await visitor.present(await signedCodec(secret, '__Host-session').encode(text))
    expect(visitor.token).toBe(await signedCodec(otherSecret, '__Host-session').encode(text))
  })

  it('leaves alone what the first one signed', async () => {
    at(60)
    const visitor = createVisitor({ secret: [otherSecret, secret] })
    expect(await visitor.present(await sign([start, start, { a: 1 }], otherSecret))).toEqual({
      a: 1,
    })
    expect(visitor.sent).toEqual([])
  })

  it('no longer honours a secret that was taken off it', async () => {
    at(60)
    const retired = await sign([start, start, { a: 1 }])
    expect(await createVisitor({ secret: [otherSecret] }).present(retired)).toEqual({})
  })

  it('tries each of its secrets once', async () => {
    const visitor = createVisitor({ secret: [`${secret}-newest`, `${secret}-newer`, secret] })
    const verify = vi.spyOn(crypto.subtle, 'verify')
    await visitor.present(await sign([start, start, {}], otherSecret))
    expect(verify).toHaveBeenCalledTimes(3)
  })
})
