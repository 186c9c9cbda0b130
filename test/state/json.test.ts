import { describe, expect, it } from 'vitest'
import { signedCodec } from '../../src/session/codecs/signed.ts'
import { cookieName, payloadOf, secret } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

/** A value nested so many levels deep. */
function nested(depth: number): unknown {
  let value: unknown = 'bottom'
  for (let i = 0; i < depth; i++) value = i % 2 ? { in: value } : [value]
  return value
}

function cycle(): object {
  const value: { list: unknown[] } = { list: [] }
  value.list.push({ back: value })
  return value
}

const refused: [string, string, unknown, string][] = [
  ['a BigInt', 'key', 1n, 'a bigint'],
  ['NaN', 'key', Number.NaN, 'NaN'],
  ['Infinity', 'key', Number.POSITIVE_INFINITY, 'Infinity'],
  ['-Infinity', 'key', Number.NEGATIVE_INFINITY, '-Infinity'],
  ['undefined', 'key', undefined, 'undefined'],
  ['a function', 'key', () => 1, 'a function'],
  ['a symbol', 'key', Symbol('s'), 'a symbol'],
  ['a Date', 'key', new Date(), 'a Date'],
  ['a Map', 'key', new Map(), 'a Map'],
  ['a Set', 'key', new Set(), 'a Set'],
  ['a RegExp', 'key', /x/, 'a RegExp'],
  ['an Error', 'key', new Error('x'), 'a Error'],
  ['a Promise', 'key', Promise.resolve(), 'a Promise'],
  ['a Uint8Array', 'key', new Uint8Array(1), 'a Uint8Array'],
  ['an ArrayBuffer', 'key', new ArrayBuffer(1), 'a ArrayBuffer'],
  ['a boxed text', 'key', Object('text'), 'a String'],
  ['an instance of a class', 'key', new (class Cart {})(), 'a Cart'],
  ['a cycle', 'key.list[0].back', cycle(), 'a reference to an object that contains it'],
  [
    'an array with named keys',
    'key',
    Object.assign([], { email: 'x' }),
    'an array with named keys',
  ],
  ['a match of a RegExp', 'key', /x/.exec('x'), 'an array with named keys'],
  ['an array of a subclass', 'key', new (class List extends Array {})(), 'a List'],
  [
    'an array with a symbol',
    'key',
    Object.assign([], { [Symbol('s')]: 1 }),
    'an array with named keys',
  ],
  [
    'an array with its own toJSON()',
    'key',
    Object.assign([], { toJSON: () => 1 }),
    'an array with named keys',
  ],
  [
    'an object with a symbol',
    'key.a',
    { a: { [Symbol('s')]: 1 } },
    'an object with symbols or hidden properties',
  ],
  [
    'a hidden property',
    'key',
    Object.defineProperty({}, 'a', { value: 1 }),
    'an object with symbols or hidden properties',
  ],
  ['inherited data', 'key', Object.create({ a: 1 }), 'a class instance'],
  [
    'data inherited from an object without a prototype',
    'key',
    Object.create(Object.create(null, { a: { value: 1, enumerable: true } })),
    'a class instance',
  ],
  ['a boxed number', 'key', Object(1), 'a Number'],
  [
    'an object that inherits toJSON()',
    'key',
    Object.create({ toJSON: () => 1 }),
    'a class instance',
  ],
  ['undefined in an array', 'key[1]', [0, undefined], 'undefined'],
  ['a hole in an array', 'key[0]', Array(1), 'undefined'],
  ['a Date deep in a value', 'key.a[1].b', { a: [0, { b: new Date() }] }, 'a Date'],
  ['NaN in an array', 'key[2]', [0, 1, Number.NaN], 'NaN'],
  [
    'an object that says what JSON makes of it',
    'key',
    { toJSON: () => 'other' },
    'an object with its own toJSON()',
  ],
]

describe('a value that JSON cannot carry', () => {
  it.each(refused)(
    'is refused by set(), which names its path: %s',
    async (_, path, value, what) => {
      const visitor = createVisitor()
      const set = visitor.visit((session) => session.set('key', value))
      const message = `session: ${path} is ${what}, which JSON cannot carry.`
      await expect(set).rejects.toThrow(TypeError)
      await expect(visitor.visit((session) => session.set('key', value))).rejects.toThrow(message)
      expect(visitor.sent).toEqual([])
    },
  )

  it('is refused by update()', async () => {
    const update = createVisitor().visit((session) => session.update('n', () => Number.NaN))
    await expect(update).rejects.toThrow('session: n is NaN')
  })

  it('is refused by flash(), which names the queue', async () => {
    const visitor = createVisitor<object, { error: { at: unknown } }>()
    const flash = visitor.visit((session) => session.flash({ at: new Date() }, 'error'))
    await expect(flash).rejects.toThrow('session: flash("error").at is a Date')
  })

  it('leaves the earlier value', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => session.set('n', 1))
    const seen = await visitor.visit((session) => {
      expect(() => session.set('n', 1n)).toThrow(TypeError)
      return session.get('n')
    })
    expect(seen).toBe(1)
    expect(visitor.sent).toEqual([])
  })

  it('fails the request if a stored value is mutated into one, and sends no cookie', async () => {
    const visitor = createVisitor<{ list: unknown[] }>()
    await visitor.visit((session) => session.set('list', []))
    const before = visitor.token
    const mutate = visitor.visit((session) => void session.get('list')?.push(1, 2n))
    await expect(mutate).rejects.toThrow('session: list[1] is a bigint')
    expect(visitor.response.status).toBe(500)
    expect(visitor.token).toBe(before)
  })

  it.each<[string, (list: object, item: object) => unknown]>([
    ['a named property of an array', (list) => Object.assign(list, { email: 'x' })],
    ['a symbol on an array', (list) => Object.assign(list, { [Symbol('s')]: 1 })],
    ['a method', (_, item) => Object.assign(item, { total: () => 1 })],
    ['a member that is a symbol', (_, item) => Object.assign(item, { kind: Symbol('s') })],
    ['a symbol on an object', (_, item) => Object.assign(item, { [Symbol('s')]: 1 })],
    ['a hidden property', (_, item) => Object.defineProperty(item, 'hidden', { value: 1 })],
    ['an object that inherits', (_, item) => Object.setPrototypeOf(item, { inherited: 1 })],
    [
      'an array of a subclass',
      (list) => Object.setPrototypeOf(list, class extends Array {}.prototype),
    ],
  ])('fails the request if JSON would not even show the mutation: %s', async (_, mutate) => {
    const visitor = createVisitor<{ list: object[] }>()
    await visitor.visit((session) => session.set('list', [{ n: 1 }]))
    const visit = visitor.visit((session) => {
      const list = session.get('list') ?? []
      mutate(list, list[0] ?? {})
    })
    await expect(visit).rejects.toThrow(TypeError)
    await expect(visit).rejects.toThrow('session: list')
    expect(await visitor.visit((session) => session.get('list'))).toEqual([{ n: 1 }])
  })

  it('is a value nested 65 levels deep', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => session.set('deep', nested(64)))
    expect(await visitor.visit((session) => session.get('deep'))).toEqual(nested(64))
    const set = visitor.visit((session) => session.set('deep', nested(65)))
    await expect(set).rejects.toThrow('is nested deeper than 64 levels')
  })

  it('is a message nested 64 levels deep, since its queue is a level as well', async () => {
    const visitor = createVisitor<object, { '': unknown }>()
    await visitor.visit((session) => session.flash(nested(63)))
    expect(await visitor.visit((session) => session.popFlash())).toEqual([nested(63)])
    const flash = visitor.visit((session) => session.flash(nested(64)))
    await expect(flash).rejects.toThrow('flash("")')
  })

  it('is refused without exhausting the stack if it is very deep', async () => {
    const set = createVisitor().visit((session) => session.set('deep', nested(100_000)))
    await expect(set).rejects.toThrow('is nested deeper than 64 levels')
  })
})

describe('a value that JSON carries', () => {
  it('loses its undefined members, as in JSON.stringify()', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => session.set('a', { b: 1, c: undefined, d: { e: undefined } }))
    expect(payloadOf(visitor.token)).toMatchObject({ 2: { a: { b: 1, d: {} } } })
    const read = await visitor.visit((session) => JSON.stringify(session.get('a')))
    expect(read).toBe('{"b":1,"d":{}}')
  })

  it('may be an object without a prototype', async () => {
    const visitor = createVisitor()
    const bare = Object.assign(Object.create(null), { b: 1 })
    await visitor.visit((session) => session.set('a', bare))
    expect(await visitor.visit((session) => session.get('a'))).toEqual({ b: 1 })
  })

  it('may hold the same object twice', async () => {
    const visitor = createVisitor()
    const shared = { b: 1 }
    await visitor.visit((session) => session.set('a', [shared, shared]))
    expect(await visitor.visit((session) => session.get('a'))).toEqual([{ b: 1 }, { b: 1 }])
  })

  it.each([
    ['an emoji', '\u{1f36a}'],
    ['a lone high surrogate', 'a\ud83cb'],
    ['a lone low surrogate', '\udf6a'],
    ['surrogates in the wrong order', '\udf6a\ud83c'],
    ['the replacement character', '\ufffd'],
    ['a NUL', 'a\0b'],
    ['line separators', '\u2028\u2029'],
    ['a byte order mark', '\ufeff'],
    ['right-to-left text', '\u202eשלום\u202c'],
    ['what is composed and what is not', 'é e\u0301'],
    ['what cookies give a meaning to', '; =,"\\ %41\r\n\t'],
    ['every other control', Array.from({ length: 32 }, (_, i) => String.fromCharCode(i)).join('')],
  ])('may hold %s, as key and as value', async (_, text) => {
    const visitor = createVisitor()
    await visitor.visit((session) => {
      session.set(text, text)
      session.flash(text, text)
    })
    expect(visitor.token).toMatch(/^[\w-]+\.[\w-]{43}$/)
    const seen = await visitor.visit((session) => [session.entries(), session.popFlash(text)])
    expect(seen).toEqual([[[text, text]], [text]])
  })
})

describe('a number that JSON.parse() reads as Infinity', () => {
  it.each(['[1e999]', '[-1E+400]', `[${'9'.repeat(400)}]`])(
    'is read as null, and does not prevent other changes: %s',
    async (text) => {
      const now = Math.floor(Date.now() / 1000)
      const payload = `[${now},${now},{"odd":${text},"_f_":[${text}]}]`
      const visitor = createVisitor<{ odd: unknown; n: number }, Record<string, unknown>>()
      visitor.cookies.set(cookieName, await signedCodec(secret, cookieName).encode(payload))
      const look = () => visitor.visit((session) => [session.get('odd'), session.peekFlash()])
      expect(await look()).toEqual([[null], [[null]]])
      await visitor.visit((session) => {
        session.get('odd')
        session.set('n', 1)
        session.flash('hello')
      })
      expect(await look()).toEqual([[null], [[null], 'hello']])
    },
  )
})

it('the message for a refused value is one line, and its path at most 200 characters', async () => {
  const long = 'k'.repeat(64_000)
  const value = { [`a\nb\u001b[31m${long}`]: [{ [long]: 1n }] }
  const visit = createVisitor().visit((session) => session.set('key', value))
  const error = await visit.catch((error: unknown) => error)
  expect(error).toBeInstanceOf(TypeError)
  const { message } = error as TypeError
  expect(message.length).toBeLessThan(400)
  expect(message).toMatch(
    /^session: key\.a\ufffdb\ufffd\[31mk+… is a bigint, which JSON cannot carry\./,
  )
})
