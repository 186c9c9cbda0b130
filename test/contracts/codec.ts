import fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Codec } from '../../src/session/index.ts'
import { visitOnce } from '../kit/visitor.ts'

/** A codec under test. */
export interface CodecSubject {
  /** Makes the codec for a secret and a cookie, by its name on the wire. */
  make(secret: string, cookieName: string): Codec | Promise<Codec>
  /** Whether a token is valid only in the cookie that it was made for. @default true */
  readonly bindsName?: boolean
  /**
   * For a codec that reads several encodings of a token: what they have in common. Without it a
   * token has one encoding.
   */
  readonly essence?: (text: string) => string
}

const secret = 'a-secret-that-only-the-contract-knows'
const otherSecret = 'another-secret-that-only-the-contract-knows'
const cookie = { name: 'session', prefix: undefined, secure: false } as const

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const characters = [...alphabet, ...'=+/.~!%, ";\r\n\0\u00e9\u00ff\u0141\ud800🍪']

// Spaces and escapes that JSON.stringify() does not write: a payload must come back unchanged.
const text = '[ 1700000000.5, 1700000000, {"a": "\\u00e9", "b": [1.0]} ]'
const payloads = [
  ['ASCII', '[1,1,{"a":1}]'],
  ['Unicode', '[1,1,{"Zoë":"🍪 日本 \u2028 \u00ff"}]'],
  ['half a surrogate pair, escaped', '[1,1,{"a":"\\ud83c"}]'],
  ['control characters, escaped', '[1,1,{"a":"\\u0000\\r\\n\\u007f"}]'],
  ['spelling of its own', text],
  ['nothing', ''],
  ['as much as a cookie holds', `[1,1,{"a":"${'x'.repeat(2900)}"}]`],
] as const

const anyText = fc.array(fc.nat(0xffff), { maxLength: 200 }).map((codes) => {
  return String.fromCharCode(...codes)
})
const anySession = fc
  .tuple(fc.nat(), fc.nat(), fc.dictionary(anyText, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }))
  .map((parts) => JSON.stringify(parts))
  .filter((payload) => payload.length < 900)

/** Tests the promises of a codec that sessions rely on. Run it on a custom codec. */
export function codecContract(name: string, subject: CodecSubject): void {
  const { make, bindsName = true, essence } = subject
  let codec: Codec
  let token: string

  beforeAll(async () => {
    codec = await make(secret, cookie.name)
    token = await codec.encode(text)
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  /** The strings that are accepted as a token, except other encodings of the genuine one. */
  async function accepted(texts: Iterable<string>): Promise<string[]> {
    const found: string[] = []
    for (const each of texts) {
      const payload = await codec.decode(each)
      const respelled = essence?.(each) === essence?.(token) && payload === text
      if (payload !== null && !(essence && respelled)) found.push(each)
    }
    return found
  }

  /** How a site with these codecs, newest first, reads a cookie. */
  async function opened(codecs: Codec[], sent: string) {
    const options = { codec: codecs, cookie, timeout: null, reissueTime: null, lifetime: null }
    return visitOnce(options, `session=${sent}`, (session) => session.entries())
  }

  describe(name, () => {
    it.each(payloads)('returns a payload unchanged: %s', async (_, payload) => {
      expect(await codec.decode(await codec.encode(payload))).toBe(payload)
    })

    it('returns any session unchanged', async () => {
      const property = fc.asyncProperty(anySession, async (payload) => {
        expect(await codec.decode(await codec.encode(payload))).toBe(payload)
      })
      await fc.assert(property, { numRuns: 300 })
    })

    it('keeps concurrent tokens apart, from the first on', async () => {
      const fresh = await make(secret, cookie.name)
      const many = Array.from({ length: 50 }, (_, i) => `[1,1,{"visitor":${i}}]`)
      const tokens = await Promise.all(many.map((payload) => fresh.encode(payload)))
      const again = await make(secret, cookie.name)
      expect(await Promise.all(tokens.map((each) => again.decode(each)))).toEqual(many)
    })

    it('writes valid cookie values', async () => {
      for (const [, payload] of payloads) {
        // https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1
        expect(await codec.encode(payload)).toMatch(/^[!#-+\--:<-[\]-~]*$/)
      }
    })

    it('reads what it wrote before a restart', async () => {
      expect(await (await make(secret, cookie.name)).decode(token)).toBe(text)
    })

    it('refuses a token with any one character changed', { timeout: 60_000 }, async () => {
      const changed = [...token].flatMap((original, i) =>
        characters
          .filter((other) => other !== original)
          .map((other) => token.slice(0, i) + other + token.slice(i + 1)),
      )
      expect(await accepted(changed)).toEqual([])
    })

    it('refuses a token cut short at either end, or with a character taken out', async () => {
      const cut = [...token].flatMap((_, i) => [
        token.slice(0, i),
        token.slice(i + 1),
        token.slice(0, i) + token.slice(i + 1),
      ])
      expect(await accepted(cut)).toEqual([])
    })

    it('refuses a token with a character added anywhere', async () => {
      const extended = characters.flatMap((more) =>
        [...token, ''].map((_, i) => token.slice(0, i) + more + token.slice(i)),
      )
      expect(await accepted(extended)).toEqual([])
    })

    it('refuses a token that is doubled, quoted or percent-encoded', async () => {
      const encoded = [...token].map((each) => `%${each.charCodeAt(0).toString(16)}`).join('')
      const forms = [token + token, `${token}.${token}`, `"${token}"`, encoded]
      expect(await accepted(forms)).toEqual([])
    })

    it('refuses the head of one token with the tail of another', async () => {
      const other = await codec.encode(text.replace('"b"', '"c"'))
      const spliced = [...token]
        .flatMap((_, i) => [token.slice(0, i) + other.slice(i), other.slice(0, i) + token.slice(i)])
        .filter((each) => each !== token && each !== other)
      expect(await accepted(spliced)).toEqual([])
    })

    if (!essence) {
      it('has one spelling for each token', async () => {
        for (const rest of ['', 'x', 'xx', 'xxx']) {
          // Of every length modulo 4, so that the unused bits of each part's last character vary.
          const one = await codec.encode(`[1,1,{"a":"${rest}"}]`)
          const ends = [one.length, one.indexOf('.')].filter((end) => end > 0)
          const respelled = ends
            .flatMap((end) =>
              [...alphabet, '=', '=='].flatMap((last) => [
                one.slice(0, end - 1) + last + one.slice(end),
                one.slice(0, end) + last + one.slice(end),
              ]),
            )
            .concat(` ${one}`, `${one} `, one.toLowerCase(), one.toUpperCase())
            .concat(one.replaceAll('-', '+'), one.replaceAll('_', '/'))
          expect(await accepted(respelled.filter((each) => each !== one))).toEqual([])
        }
      })
    }

    it('returns null for any string that it did not write', async () => {
      const property = fc.asyncProperty(anyText, async (stranger) => {
        expect(await codec.decode(stranger)).toBeNull()
      })
      await fc.assert(property, { numRuns: 500 })
    })

    it('returns null for a token with any part of it replaced', async () => {
      const place = fc.nat(token.length)
      const part = fc.oneof(anyText, fc.string({ unit: fc.constantFrom(...alphabet) }))
      const property = fc.asyncProperty(place, place, part, async (from, to, other) => {
        const forged = token.slice(0, from) + other + token.slice(to)
        fc.pre(forged !== token)
        expect(await accepted([forged])).toEqual([])
      })
      await fc.assert(property, { numRuns: 500 })
    })

    it('returns null for a string of a megabyte', async () => {
      const long = ['A', '.', '=', '"', ' ', '\u0141'].map((each) => each.repeat(2 ** 20))
      expect(await accepted([...long, token + long[0], long[0] + token])).toEqual([])
    })

    it('parses nothing before it is verified', async () => {
      const foreign = await (await make(otherSecret, cookie.name)).encode(text)
      await opened([codec], foreign) // Node itself parses something at the first request
      const parse = vi.spyOn(JSON, 'parse')
      expect(await codec.decode(foreign)).toBeNull()
      expect(await codec.decode(`${token.slice(0, -4)}AAAA`)).toBeNull()
      await opened([codec], foreign)
      expect(parse).not.toHaveBeenCalled()
    })

    it('refuses the token of another secret', async () => {
      const foreign = await (await make(otherSecret, cookie.name)).encode(text)
      expect(await codec.decode(foreign)).toBeNull()
    })

    const others = ['__Host-session', '__Secure-session', 'Session', 'session2', 'sessio', '']
    it.each(others)(
      `${bindsName ? 'refuses' : 'reads'} a token of the cookie "%s"`,
      async (other) => {
        const foreign = await (await make(secret, other)).encode(text)
        expect(await codec.decode(foreign)).toBe(bindsName ? null : text)
      },
    )
  })

  describe(`${name}, in a list of codecs`, () => {
    let newest: Codec
    beforeAll(async () => {
      newest = await make(otherSecret, cookie.name)
    })

    it('writes if it comes first', async () => {
      const options = { codec: [newest, codec], cookie }
      const { token = '' } = await visitOnce(options, '', (session) => session.set('a', 1))
      expect(await newest.decode(token)).toMatch(/^\[\d+,\d+,\{"a":1\}\]$/)
      expect(await codec.decode(token)).toBeNull()
    })

    it('passes a payload unchanged to a newer one', async () => {
      const { result, sent, token: renewed = '' } = await opened([newest, codec], token)
      expect(result).toEqual(Object.entries({ a: 'é', b: [1] }))
      expect(sent).toHaveLength(1)
      expect(await newest.decode(renewed)).toBe(text)
    })

    it('is not rewritten if it comes first', async () => {
      const { result, sent } = await opened([codec, newest], token)
      expect(result).toHaveLength(2)
      expect(sent).toEqual([])
    })

    it('is forged for a site that removed it from the list', async () => {
      const { result, rejected, sent, status } = await opened([newest], token)
      expect({ result, rejected, sent, status }).toEqual({
        result: [],
        rejected: 'forged',
        sent: [],
        status: 200,
      })
    })
  })
}
