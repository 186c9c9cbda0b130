import { describe, expect, it, vi } from 'vitest'
import { pyramidCodec } from '../../src/session/codecs/pyramid.ts'
import { CookieTooLargeError, type SessionOptions } from '../../src/session/index.ts'
import { visitOnce } from '../kit/visitor.ts'

const secret = 'itsaseekreet'

/** Options that no compiler has checked. */
function unchecked(options: Record<string, unknown>): Parameters<typeof pyramidCodec>[0] {
  return { secret, ...options }
}

/** How a Pyramid token with this payload is read. */
async function read(text: string): Promise<string | null> {
  const codec = pyramidCodec({ secret })
  return codec.decode(await codec.encode(text))
}

/** The value as `json.dumps` writes it, with the separators and the escapes of Python. */
function pythonJson(value: unknown): string {
  const spaced = JSON.stringify(value, null, 1)
    .replace(/\n */g, ' ')
    .replace(/([[{]) | (?=[\]}])/g, '$1')
    .replace(/e-(?=\d\b)/g, 'e-0')
  return spaced.replace(/[^ -~]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

describe('pyramidCodec()', () => {
  it('signs with salt and secret concatenated', async () => {
    const one = pyramidCodec({ secret: '.secret', salt: 'pyramid.session' })
    const other = pyramidCodec({ secret: 'secret', salt: 'pyramid.session.' })
    expect(await one.encode('[]')).toBe(await other.encode('[]'))
  })

  it('uses a secret of bytes unchanged', async () => {
    const bytes = pyramidCodec({ secret: Uint8Array.of(0xe9), salt: '' })
    const latin1 = pyramidCodec({ secret: 'é', salt: '' })
    const utf8 = pyramidCodec({ secret: new TextEncoder().encode('é'), salt: '' })
    expect(await bytes.encode('[]')).toBe(await latin1.encode('[]'))
    expect(await bytes.encode('[]')).not.toBe(await utf8.encode('[]'))
  })

  it('encodes secret and salt as UTF-8 if Latin-1 cannot encode both', async () => {
    const text = pyramidCodec({ secret: 'é', salt: '日' })
    const bytes = pyramidCodec({ secret: new TextEncoder().encode('日é'), salt: '' })
    expect(await text.encode('[]')).toBe(await bytes.encode('[]'))
  })

  it.each([
    ['[1700000000.0, 1e+16, {"a": -0.0, "b": 1e-07, "c": 9007199254740993}]'],
    ['[1, 1, {"NaN": "Infinity", "a": "\\"NaN", "b": "\\\\", "c": "-Infinity"}]'],
    ['[1, 1, {"__proto__": {"a": 1}, "10": 1, "2": 2}]'],
  ])('reads unchanged: %s', async (text) => {
    expect(await read(text)).toBe(text)
  })

  it.each([
    ['[1, 1, {"a": NaN, "b": [Infinity, -Infinity]}]', '[1, 1, {"a": null, "b": [null, null]}]'],
    ['[1, 1, {"a": "\\"NaN", "b": NaN}]', '[1, 1, {"a": "\\"NaN", "b": null}]'],
    ['["1700000000", " 5.5 ", {"a": 1}]', '[1700000000,5.5,{"a":1}]'],
    ['["1", "x", {}]', '[1,null,{}]'],
    ['[1, 1, []]', '[1,1,{}]'],
  ])('reads %s as JSON: %s', async (python, json) => {
    expect(await read(python)).toBe(json)
  })

  it.each(['\ufeff[1,1,{"a":1}]', '[1,1,{"a":1}', '[1,1,{"a":1},1]', '[[1,1,{"a":1}]]'])(
    'reads no session from %j, even if it is signed',
    async (text) => {
      const cookie = `session=${await pyramidCodec({ secret }).encode(text)}`
      const options = { codec: pyramidCodec({ secret }), cookie: { prefix: undefined } }
      const opened = await visitOnce(options, cookie, (session) => [session.new, session.size])
      expect(opened).toMatchObject({ result: [true, 0], rejected: 'malformed', status: 200 })
    },
  )

  it('derives its key once', async () => {
    const importKey = vi.spyOn(crypto.subtle, 'importKey')
    const codec = pyramidCodec({ secret })
    await codec.decode(await codec.encode('[]'))
    await codec.encode('[]')
    expect(importKey).toHaveBeenCalledTimes(1)
    importKey.mockRestore()
  })

  it('is not bound to a cookie name', async () => {
    const cookie = `other=${await pyramidCodec({ secret }).encode('[1,1,{"a":1}]')}`
    const options: SessionOptions = {
      ...{ codec: pyramidCodec({ secret }), timeout: null, lifetime: null },
      cookie: { name: 'other', prefix: undefined },
    }
    expect(await visitOnce(options, cookie, (session) => session.get('a'))).toMatchObject({
      result: 1,
    })
  })
})

describe('the options of pyramidCodec()', () => {
  it.each([
    ['secret', ''],
    ['secret', new Uint8Array()],
    ['secret', undefined],
    ['secret', null],
    ['secret', 42],
    ['secret', ['itsaseekreet']],
    ['salt', 42],
    ['salt', ['pyramid.session.']],
    ['hash', 'sha512'],
    ['hash', 'MD5'],
    ['hash', 'toString'],
    ['hashalg', 'sha1'],
  ])('refuse the %s %j, and name it', (name, value) => {
    const make = () => pyramidCodec(unchecked({ [name]: value }))
    expect(make).toThrow(TypeError)
    expect(make).toThrow(new RegExp(`^pyramidCodec\\(\\): ${name} `.replace('hash ', 'hash:? ')))
    expect(make).not.toThrow('seekreet')
  })
})

describe('a cookie for Pyramid', () => {
  it.each([
    ['text that Python escapes', { a: 'я'.repeat(700) }],
    ['commas that Python puts a space after', { a: Array(1400).fill(1) }],
    ['exponents that Python spells with two digits', { a: Array(450).fill(1e-7) }],
  ])('is too large if Pyramid could not rewrite it: %s', async (_, data) => {
    // Pyramid rewrites a session when it is read, in its own JSON, and answers 500 if that
    // is longer than its limit: the visitor would be locked out.
    const now = Math.floor(Date.now() / 1000)
    const codec = pyramidCodec({ secret })
    await expect(codec.encode(pythonJson([now, now, data]))).rejects.toThrow(CookieTooLargeError)
    const options: SessionOptions = { codec, cookie: { prefix: undefined } }
    const { error, sent } = await visitOnce(options, '', (session) => session.set('a', data.a))
    expect(error).toBeInstanceOf(CookieTooLargeError)
    expect(sent).toEqual([])
  })

  it('reports its size, the limit and the largest keys if it is too large', async () => {
    const options: SessionOptions = {
      codec: pyramidCodec({ secret }),
      cookie: { prefix: undefined },
    }
    const { error } = await visitOnce(options, '', (session) => {
      session.set('small', 'x')
      session.set('big', 'x'.repeat(3000))
    })
    expect(error).toBeInstanceOf(CookieTooLargeError)
    expect(String(error)).toMatch(/\b4064\b.*\bbig \(3010\), small \(13\)/)
  })
})
