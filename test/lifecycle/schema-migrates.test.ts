import * as v from 'valibot'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import type { Session, StandardSchemaV1 } from '../../src/session/index.ts'
import { at, start } from '../kit/clock.ts'
import { otherSecret, payloadOf, secret, sign } from '../kit/tokens.ts'
import { createVisitor, createVisitorWith } from '../kit/visitor.ts'

/** What sessions hold today. Once it was `{ name: string }`, which some cookies still have. */
interface Data {
  user: { name: string }
  theme: string
}

const old = { name: 'Ada' }
const migrated = { user: { name: 'Ada' }, theme: 'light' }

const schemas: [string, StandardSchemaV1<unknown, Data>][] = [
  [
    'zod',
    z.union([
      z.object({ user: z.object({ name: z.string() }), theme: z.string() }),
      z.object({ name: z.string() }).transform((data) => ({ user: data, theme: 'light' })),
    ]),
  ],
  [
    'valibot',
    v.union([
      v.object({ user: v.object({ name: v.string() }), theme: v.string() }),
      v.pipe(
        v.object({ name: v.string() }),
        v.transform((data) => ({ user: data, theme: 'light' })),
      ),
    ]),
  ],
]

beforeEach(() => {
  at(0)
})
afterEach(() => {
  vi.useRealTimers()
})

/** A visitor whose cookie holds this data. */
function holder<T extends object>(data: object, options: Parameters<typeof createVisitor<T>>[0]) {
  return createVisitorWith<T>([start, start, data], options)
}

/** Opens a session whose schema returns this value. */
async function given<T>(value: unknown, use: (session: Session<{ a: number; b: number }>) => T) {
  const validate = () => ({ value }) as { value: { a: number; b: number } }
  const schema = { '~standard': { version: 1, vendor: 'these tests', validate } } as const
  const visitor = await holder<{ a: number; b: number }>({ a: 0 }, { schema })
  return visitor.visit(use)
}

describe.each(schemas)('a schema that transforms (%s)', (_, schema) => {
  it('shows old data as new', async () => {
    const visitor = await holder(old, { schema })
    const seen = await visitor.visit((session) => [session.new, ...session.entries()])
    expect(seen).toEqual([false, ['user', { name: 'Ada' }], ['theme', 'light']])
  })

  it('writes nothing while the session is only read', async () => {
    const visitor = await holder(old, { schema })
    await visitor.visit((session) => session.entries())
    expect(visitor.sent).toEqual([])
  })

  it('writes the new data with the first change, and accepts it from then on', async () => {
    const visitor = await holder(old, { schema })
    await visitor.visit((session) => session.flash('hello'))
    expect(payloadOf(visitor.token)).toEqual([start, start, { ...migrated, _f_: ['hello'] }])
    expect(await visitor.visit((session) => session.get('user'))).toEqual({ name: 'Ada' })
  })

  it('writes the new data with a re-issue', async () => {
    const visitor = await holder(old, { schema })
    at(121)
    await visitor.visit((session) => session.get('user'))
    expect(payloadOf(visitor.token)).toEqual([start + 121, start, migrated])
  })

  it('notices a nested change of the new data', async () => {
    const visitor = await holder(old, { schema })
    await visitor.visit((session) => {
      const user = session.get('user')
      if (user) user.name = 'Grace'
    })
    expect(payloadOf(visitor.token)).toMatchObject({ 2: { user: { name: 'Grace' } } })
  })

  it("leaves the data unchanged when an old secret's token is re-signed", async () => {
    const visitor = await holder(old, { schema, secret: [otherSecret, secret] })
    await visitor.visit((session) => session.get('user'))
    expect(payloadOf(visitor.token)).toEqual([start, start, old])
    expect(visitor.token).toBe(await sign([start, start, old], otherSecret))
  })

  it('leaves the data unchanged if a handler throws with setOnError: false', async () => {
    const visitor = await holder({ ...old, _f_: ['hello'] }, { schema, setOnError: false })
    const before = visitor.token
    const failing = visitor.visit((session) => {
      session.set('theme', 'dark')
      throw new Error('broken')
    })
    await expect(failing).rejects.toThrow('broken')
    expect(visitor.token).toBe(before)
  })

  it('keeps regenerate() and the earlier data if a handler throws with setOnError: false', async () => {
    const data = { ...old, _f_: ['hello'], _csrft_: 'token' }
    const visitor = await holder(data, { schema, setOnError: false })
    const failing = visitor.visit((session) => {
      session.regenerate()
      session.set('theme', 'dark')
      session.popFlash()
      throw new Error('broken')
    })
    await expect(failing).rejects.toThrow('broken')
    expect(payloadOf(visitor.token)).toMatchObject({ 2: { _f_: ['hello'] } })
    expect(payloadOf(visitor.token)).not.toHaveProperty('2._csrft_', 'token')
    expect(await visitor.visit((session) => session.get('theme'))).toBe('light')
  })
})

describe('a schema that fills in', () => {
  it.each<[string, StandardSchemaV1<unknown, { n: number; list: string[] }>]>([
    ['zod', z.object({ n: z.number(), list: z.array(z.string()).default([]) })],
    ['valibot', v.object({ n: v.number(), list: v.optional(v.array(v.string()), []) })],
  ])('fills in old data, but not a new session (%s)', async (_, schema) => {
    const visitor = await holder({ n: 1 }, { schema })
    expect(await visitor.visit((session) => session.get('list'))).toEqual([])
    const stranger = createVisitor({ schema })
    expect(await stranger.visit((session) => session.get('list'))).toBeUndefined()
  })

  interface Cart {
    cart: { items: string[] }
  }
  it.each<[string, StandardSchemaV1<unknown, Cart>]>([
    ['zod', z.object({ cart: z.object({ items: z.array(z.string()) }).default({ items: [] }) })],
    [
      'valibot',
      v.object({
        cart: v.optional(
          v.custom<Cart['cart']>(() => true),
          { items: [] },
        ),
      }),
    ],
  ])('gives each visitor a separate default (%s)', async (_, schema) => {
    const first = await holder({ n: 1 }, { schema })
    await first.visit((session) => session.get('cart')?.items.push('a secret present'))
    const second = await holder({ n: 1 }, { schema })
    expect(await second.visit((session) => session.get('cart'))).toEqual({ items: [] })
  })
})

describe('the output of a schema', () => {
  it.each<[string, unknown, string]>([
    ['a Date', { when: new Date() }, 'schema.when is a Date'],
    ['a Map', { items: new Map() }, 'schema.items is a Map'],
    ['a BigInt', { user: { id: 1n } }, 'schema.user.id is a bigint'],
    ['NaN', { list: [1, Number.NaN] }, 'schema.list[1] is NaN'],
    ['a function', { f: () => 1 }, 'schema.f is a function'],
    ['a Date for all of it', new Date(), 'schema is a Date'],
    ['nothing', undefined, 'schema is undefined'],
  ])('must be JSON: %s is a TypeError', async (_, value, problem) => {
    const opening = given(value, (session) => session.size)
    await expect(opening).rejects.toThrow(TypeError)
    await expect(opening).rejects.toThrow(problem)
  })

  it.each([
    ['a list', ['a', 'b']],
    ['a string', 'ab'],
    ['a number', 1],
    ['null', null],
  ])('must be an object: %s is a TypeError', async (_, value) => {
    const opening = given(value, (session) => session.size)
    await expect(opening).rejects.toThrow(TypeError)
    await expect(opening).rejects.toThrow(/schema/)
  })

  it('has no key for an undefined member', async () => {
    const seen = await given({ a: 1, b: undefined }, (session) => [
      session.size,
      session.keys(),
      session.entries(),
      session.has('b'),
    ])
    expect(seen).toEqual([1, ['a'], [['a', 1]], false])
  })

  it('is not coerced: a Date is refused from zod and valibot alike', async () => {
    const dated: StandardSchemaV1<unknown, { when: Date }>[] = [
      z.object({ when: z.coerce.date() }),
      v.object({
        when: v.pipe(
          v.number(),
          v.transform((ms) => new Date(ms)),
        ),
      }),
    ]
    for (const schema of dated) {
      const visitor = await holder({ when: 0 }, { schema })
      await expect(visitor.visit((session) => session.set('when', new Date()))).rejects.toThrow(
        'schema.when is a Date',
      )
      expect(visitor.response.status).toBe(500)
      expect(visitor.sent).toEqual([])
    }
  })
})
