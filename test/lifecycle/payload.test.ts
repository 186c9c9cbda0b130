import { afterEach, describe, expect, it, vi } from 'vitest'
import { signedCodec } from '../../src/session/codecs/signed.ts'
import { at, start } from '../kit/clock.ts'
import { cookieName, secret, sign } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('a signed payload', () => {
  it.each<[string, unknown]>([
    ['as the server writes it', [start, start, { a: 1 }]],
    ["with Pyramid's fractions of a second", [start, start - 0.25, { a: 1 }]],
    ['renewed 60 s ahead of our clock', [start + 60, start, { a: 1 }]],
    ['created 60 s ahead of our clock', [start, start + 60, { a: 1 }]],
  ])('is honored %s', async (_, payload) => {
    at(0)
    expect(await createVisitor().present(await sign(payload))).toEqual({ a: 1 })
  })

  const stamps = [null, 'text', String(start), 1e99, -1, true, [start], {}, 2 ** 53]
  it.each<[string, unknown]>([
    ['renewed 61 s ahead of our clock', [start + 61, start, { a: 1 }]],
    ['created 61 s ahead of our clock', [start, start + 61, { a: 1 }]],
    ...stamps.map((stamp) => [`renewed at ${JSON.stringify(stamp)}`, [stamp, start, { a: 1 }]]),
    ...stamps.map((stamp) => [`created at ${JSON.stringify(stamp)}`, [start, stamp, { a: 1 }]]),
    ...[null, 'text', 1, true, [], [{ a: 1 }]].map((data) => [
      `with the data ${JSON.stringify(data)}`,
      [start, start, data],
    ]),
    ['of one part', [{ a: 1 }]],
    ['of two parts', [start, { a: 1 }]],
    ['of four parts', [start, start, { a: 1 }, {}]],
    ['that is an object', { 0: start, 1: start, 2: { a: 1 }, length: 3 }],
    ['that is null', null],
    ['that is a string', 'text'],
  ] as [string, unknown][])('is not honored %s', async (_, payload) => {
    at(0)
    const visitor = createVisitor({ timeout: null, lifetime: null })
    expect(await visitor.present(await sign(payload))).toEqual({})
  })

  it.each([
    '',
    ' ',
    '[',
    'undefined',
    `[${start},${start},{"a":1}]x`,
    '\ufeff[1,1,{"a":1}]',
    'NaN',
  ])('is not honored if it is %j, which is no JSON', async (text) => {
    at(0)
    const token = await signedCodec(secret, cookieName).encode(text)
    expect(await createVisitor().present(token)).toEqual({})
  })
})
