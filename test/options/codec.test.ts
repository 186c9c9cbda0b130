import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { pyramidCodec } from '../../src/session/codecs/pyramid.ts'
import { signedCodec } from '../../src/session/codecs/signed.ts'
import {
  type Codec,
  CookieTooLargeError,
  type Session,
  type SessionOptions,
  session,
} from '../../src/session/index.ts'
import { at, start } from '../kit/clock.ts'
import { cookieName, otherSecret, payloadOf, secret, sign } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

beforeEach(() => {
  at(0)
})
afterEach(() => {
  vi.useRealTimers()
})

/** A codec that hides nothing and trusts everyone: payloads in hexadecimal behind a mark. */
function hex(mark: string): Codec {
  return {
    async encode(payload) {
      const bytes = new TextEncoder().encode(payload)
      return mark + [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    },
    async decode(token) {
      if (!token.startsWith(mark)) return null
      const pairs = token.slice(mark.length).match(/../g) ?? []
      return new TextDecoder().decode(Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16)))
    },
  }
}

/** Options that the compiler has not checked. */
function unchecked(options: Record<string, unknown>): SessionOptions {
  return options as unknown as SessionOptions
}

/** A visitor of an app with this format, whose cookie has this value. */
function holder(options: SessionOptions, token?: string) {
  const visitor = createVisitor(options)
  visitor.token = token
  return visitor
}

const add = (session: Session) => session.set('a', 1)
const payload = JSON.stringify([start - 60, start - 90, { a: 1, _f_: ['hello'] }])

describe('encrypt', () => {
  it('hides the data, and keeps it', async () => {
    const visitor = holder({ secret, encrypt: true })
    await visitor.visit(add)
    expect(visitor.token).toMatch(/^[\w-]+$/)
    expect(atob((visitor.token ?? '').replace(/-/g, '+').replace(/_/g, '/'))).not.toContain(
      String(start),
    )
    expect(await visitor.data()).toEqual({ a: 1 })
  })

  it('can be enabled on a site that signs, without logging anyone out', async () => {
    const codec = signedCodec(secret, cookieName)
    const visitor = holder({ secret, encrypt: true, codec }, await codec.encode(payload))
    expect(await visitor.data()).toEqual({ a: 1 })
    expect(await holder({ secret, encrypt: true }, visitor.token).data()).toEqual({ a: 1 })
  })
})

describe('codec', () => {
  it('replaces the built-in codecs', async () => {
    const visitor = holder({ codec: hex('x') })
    await visitor.visit(add)
    expect(visitor.token).toBe(await hex('x').encode(`[${start},${start},{"a":1}]`))
    expect(await visitor.data()).toEqual({ a: 1 })
    expect(await holder({ codec: hex('x') }, await sign([start, start, { a: 1 }])).data()).toEqual(
      {},
    )
  })

  it('can be a list: the first writes, all read, and older tokens are rewritten', async () => {
    const codec = [hex('a'), hex('b'), hex('c')]
    for (const each of codec) {
      const visitor = holder({ codec }, await each.encode(payload))
      expect(await visitor.data()).toEqual({ a: 1 })
      expect(visitor.sent).toHaveLength(each === codec[0] ? 0 : 1)
      expect(visitor.token).toBe(await hex('a').encode(payload))
    }
    expect(await holder({ codec }, `none${payload}`).data()).toEqual({})
  })

  it('beside a secret only reads, and its tokens are rewritten at that request', async () => {
    const visitor = holder({ secret, codec: hex('x') }, await hex('x').encode(payload))
    expect(await visitor.data()).toEqual({ a: 1 })
    expect(visitor.sent).toHaveLength(1)
    expect(JSON.stringify(payloadOf(visitor.token))).toBe(payload)
    expect(visitor.token).toBe(await signedCodec(secret, cookieName).encode(payload))
    await visitor.data()
    expect(visitor.sent).toEqual([])
  })

  it('beside secrets is tried last', async () => {
    const decode = vi.fn(async () => null)
    const codec = { ...hex('x'), decode }
    const visitor = holder(
      { secret: [secret, otherSecret], codec },
      await sign([start, start, { a: 1 }], otherSecret),
    )
    expect(await visitor.data()).toEqual({ a: 1 })
    expect(decode).not.toHaveBeenCalled()
  })

  it("migrates a site from Pyramid's format to ours", async () => {
    const codec = pyramidCodec({ secret: 'itsaseekreet' })
    const visitor = holder({ secret, codec }, await codec.encode(payload))
    expect(await visitor.visit((session) => session.popFlash())).toEqual(['hello'])
    expect(payloadOf(visitor.token)).toEqual([start, start - 90, { a: 1 }])
  })

  it.each([
    ['', 'malformed'],
    ['{', 'malformed'],
    ['null', 'malformed'],
    ['[1,2]', 'malformed'],
    [`[${start},${start},[]]`, 'malformed'],
    [`["${start}",${start},{}]`, 'malformed'],
    [`[${start},${start},{}]\0`, 'malformed'],
    [`[${start - 1201},${start - 1201},{}]`, 'expired'],
    [`[${start + 61},${start},{}]`, 'malformed'],
    [null, 'forged'],
    [undefined, 'malformed'],
    ['['.repeat(100_000), 'malformed'],
  ])('can return anything: %j starts a new session (%s)', async (text, reason) => {
    const onReject = vi.fn()
    const codec = { ...hex('x'), decode: async () => text as string | null }
    expect(await holder({ codec, onReject }, 'token').data()).toEqual({})
    expect(onReject.mock.calls).toEqual([[reason, expect.anything()]])
  })

  it.each([
    ['a semicolon', 'a; Domain=evil.example'],
    ['a line break', 'a\r\nSet-Cookie: b=1'],
    ['a comma', 'a,b'],
    ['a space', 'a b'],
    ['quotes', '"a"'],
    ['a backslash', 'a\\b'],
    ['NUL', 'a\0'],
    ['DEL', 'a\x7f'],
    ['what is not ASCII', 'é'],
    ['undefined', undefined],
    ['bytes', new Uint8Array(1)],
  ])(
    'that writes an invalid cookie value causes a TypeError and no cookie: %s',
    async (_, token) => {
      const visitor = holder({ codec: { ...hex('x'), encode: async () => token as string } })
      const writing = visitor.visit(add)
      await expect(writing).rejects.toThrow(TypeError)
      await expect(writing).rejects.toThrow('codec.encode() returned what no cookie can hold')
      expect(visitor.sent).toEqual([])
    },
  )

  it('can write every character that is valid in a cookie', async () => {
    const octets = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i))
    const token = octets.filter((octet) => !'",;\\'.includes(octet)).join('')
    const visitor = holder({ codec: { ...hex('x'), encode: async () => token } })
    await visitor.visit(add)
    expect(visitor.token).toBe(token)
  })

  it('that writes more than browsers keep causes a CookieTooLargeError and no cookie', async () => {
    const visitor = holder({ codec: { ...hex('x'), encode: async () => 'x'.repeat(4083) } })
    await expect(visitor.visit(add)).rejects.toThrow(CookieTooLargeError)
    expect(visitor.sent).toEqual([])
  })

  it('keeps its `this`', async () => {
    class Marked implements Codec {
      #inner = hex('x')
      encode = (payload: string) => this.#inner.encode(payload)
      decode(token: string) {
        return this.#inner.decode(token)
      }
    }
    const visitor = holder({ codec: new Marked() })
    await visitor.visit(add)
    expect(await visitor.data()).toEqual({ a: 1 })
  })
})

describe('an unusable format', () => {
  const codec = hex('x')
  it.each<[string, Record<string, unknown>, string]>([
    ['none', {}, 'secret is missing'],
    ['an empty list of codecs', { codec: [] }, ' is '],
    ['undefined for all', { secret: undefined, codec: undefined }, 'secret is missing'],
    ['a secret that is missing beside a codec', { secret: undefined, codec }, 'secret is missing'],
    ['an empty secret beside a codec', { secret: '', codec }, 'secret is missing'],
    ['a weak secret beside a codec', { secret: 'weak', codec }, 'secret has 4 bytes'],
    ['encrypt alone', { encrypt: true }, 'secret is missing'],
    [
      'encrypt beside a codec alone',
      { encrypt: true, codec },
      'encrypt seals with a secret: give one',
    ],
    [
      'encrypt that is no boolean',
      { secret, encrypt: 'yes' },
      'encrypt is a string: give a boolean',
    ],
    ['null', { secret, codec: null }, 'codec has no encode() and decode(): give a Codec'],
    ['a name', { codec: 'pyramid' }, 'codec has no encode() and decode(): give a Codec'],
    ['the maker of a codec', { codec: pyramidCodec }, 'codec has no encode() and decode()'],
    ['a codec without decode', { codec: { encode: codec.encode } }, 'codec has no encode()'],
    ['a codec without encode', { codec: { decode: codec.decode } }, 'codec has no encode()'],
    ['a list with no codec', { secret, codec: [codec, secret] }, 'codec has no encode()'],
  ])('is refused when session() is called: %s', (_, options, problem) => {
    const make = () => session(unchecked(options))
    expect(make).toThrow(TypeError)
    expect(make).toThrow(/^session\(\): /)
    expect(make).toThrow(problem)
    expect(make).not.toThrow(secret)
  })
})
