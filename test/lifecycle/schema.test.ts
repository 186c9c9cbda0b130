import * as v from 'valibot'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { csrfToken, type StandardSchemaV1 } from '../../src/session/index.ts'
import { at, start } from '../kit/clock.ts'
import { cookieName, otherSecret, payloadOf, secret, sign } from '../kit/tokens.ts'
import { createVisitor, createVisitorWith } from '../kit/visitor.ts'

interface Data {
  n: number
}

type Schema = StandardSchemaV1<unknown, Data>
type Validate = Schema['~standard']['validate']

beforeEach(() => {
  at(0)
})
afterEach(() => {
  vi.useRealTimers()
})

/** A schema with only what Standard Schema requires. */
function schemaOf(validate: Validate): Schema {
  return { '~standard': { version: 1, vendor: 'these tests', validate } }
}

/** A schema like arktype's: a function with the required property. */
function callable(validate: Validate): Schema {
  return Object.assign(() => undefined, schemaOf(validate))
}

const hasNumber: Validate = (value) =>
  typeof (value as Data).n === 'number'
    ? { value: { n: (value as Data).n } }
    : { issues: [{ message: 'n is no number' }] }

const schemas: [string, Schema][] = [
  ['zod', z.object({ n: z.number() })],
  ['zod, async', z.object({ n: z.number().refine(async () => true) })],
  ['valibot', v.object({ n: v.number() })],
  [
    'valibot, async',
    v.objectAsync({
      n: v.pipeAsync(
        v.number(),
        v.checkAsync(async () => true),
      ),
    }),
  ],
  ['one of our own', schemaOf(hasNumber)],
  ['one of our own, async', schemaOf(async (value) => hasNumber(value))],
  ['a function', callable(hasNumber)],
]

/** A visitor whose cookie holds this data. */
function holder(data: object, options: Parameters<typeof createVisitor<Data>>[0]) {
  return createVisitorWith<Data>([start, start, data], options)
}

describe.each(schemas)('schema (%s)', (_, schema) => {
  it('accepts valid data', async () => {
    const onReject = vi.fn()
    const visitor = await holder({ n: 1 }, { schema, onReject })
    expect(await visitor.visit((session) => [session.new, session.get('n')])).toEqual([false, 1])
    expect(onReject).not.toHaveBeenCalled()
    expect(visitor.sent).toEqual([])
  })

  it.each([[{ n: 'one' }], [{ n: null }], [{ m: 1 }]])(
    'starts a new session for the invalid data %o',
    async (data) => {
      const onReject = vi.fn()
      const visitor = await holder({ ...data, _f_: ['old'] }, { schema, onReject })
      at(60)
      const seen = await visitor.visit((session) => [
        session.new,
        session.created,
        session.entries(),
        session.peekFlash(),
      ])
      expect(seen).toEqual([true, start + 60, [], []])
      expect(onReject.mock.calls).toEqual([['schema', expect.anything()]])
    },
  )

  it('leaves the cookie of invalid data alone until something is written', async () => {
    const visitor = await holder({ n: 'one' }, { schema })
    at(200) // later than its reissueTime
    await visitor.visit((session) => session.get('n'))
    expect(visitor.sent).toEqual([])
    await visitor.visit((session) => session.set('n', 2))
    expect(visitor.sent).toHaveLength(1)
    expect(payloadOf(visitor.token)).toEqual([start + 200, start + 200, { n: 2 }])
  })
})

describe('schema', () => {
  it('lets a logout remove the cookie of invalid data', async () => {
    const visitor = await holder({ n: 'one' }, { schema: z.object({ n: z.number() }) })
    await visitor.visit((session) => session.invalidate())
    expect(visitor.token).toBeUndefined()
  })

  it('sees the data only, while flash queues and the CSRF token survive', async () => {
    const validate = vi.fn(hasNumber)
    const ours = { _f_: ['one'], _f_error: ['two'], _csrft_: 'token' }
    const visitor = await holder({ n: 1, _f_n: ['three'], ...ours }, { schema: schemaOf(validate) })
    await visitor.visit((session) => {
      expect(session.popFlash('n')).toEqual(['three'])
    })
    expect(validate.mock.calls).toEqual([[{ n: 1 }]])
    expect(payloadOf(visitor.token)).toEqual([start, start, { n: 1, ...ours }])
  })

  it('keeps the CSRF token of earlier forms valid', async () => {
    const visitor = createVisitor<Data>({ schema: z.object({ n: z.number() }) })
    await visitor.visit((session) => {
      session.set('n', 1)
      csrfToken(session)
    })
    const tokenOf = () => (payloadOf(visitor.token) as [0, 0, { _csrft_: string }])[2]._csrft_
    const before = tokenOf()
    await visitor.visit((session) => session.set('n', 2))
    expect(before).toMatch(/^[\w-]{24}$/)
    expect(tokenOf()).toBe(before)
  })

  it('is not asked about a session with only flash messages and a CSRF token', async () => {
    const visitor = createVisitor<Data>({ schema: z.object({ n: z.number() }) })
    await visitor.visit((session) => {
      session.flash('Please log in.')
      csrfToken(session)
    })
    expect(await visitor.visit((session) => session.popFlash())).toEqual(['Please log in.'])
  })

  it('is not asked about a new session or about writes', async () => {
    const validate = vi.fn(hasNumber)
    const visitor = createVisitor<Partial<Data> & { m: number }>({
      schema: schemaOf(validate) as never,
    })
    await visitor.visit((session) => session.set('m', 1))
    expect(validate).not.toHaveBeenCalled()
    expect(payloadOf(visitor.token)).toEqual([start, start, { m: 1 }])
  })

  it('accepts data nested as deep as set() allows', async () => {
    let deep: unknown = 'bottom'
    for (let i = 0; i < 64; i++) deep = [deep]
    const visitor = createVisitor<{ deep: unknown }>({ schema: z.object({ deep: z.unknown() }) })
    await visitor.visit((session) => session.set('deep', deep))
    expect(await visitor.visit((session) => session.get('deep'))).toEqual(deep)
  })

  it('runs once, however often a request opens the session', async () => {
    const validate = vi.fn(hasNumber)
    const visitor = await holder({ n: 1 }, { schema: schemaOf(validate) })
    await visitor.visit((_, c) => Promise.all([c.get('session')(), c.get('session')()]))
    expect(validate).toHaveBeenCalledTimes(1)
  })

  it.each<[string, () => Promise<string> | string]>([
    ['signed by another', () => sign([start, start, { n: 1 }], otherSecret)],
    ['signed for another cookie', () => sign([start, start, { n: 1 }], secret, 'session')],
    ['no token', () => 'n=1'],
    ['expired', () => sign([start - 1201, start - 1201, { n: 1 }])],
    ['no session', () => sign([start, start, [{ n: 1 }]])],
    ['sent twice', async () => `${await sign([start, start, { n: 1 }])}; ${cookieName}=`],
  ])('never sees the data of a cookie that is %s', async (_, token) => {
    const validate = vi.fn(hasNumber)
    await createVisitor<Data>({ schema: schemaOf(validate) }).present(await token())
    expect(validate).not.toHaveBeenCalled()
  })

  it('treats __proto__ as an ordinary key', async () => {
    const data = JSON.parse('{"n":1,"__proto__":{"admin":true}}')
    const validate = vi.fn((value) => ({ value }))
    const visitor = await holder(data, { schema: schemaOf(validate) })
    const seen = await visitor.visit((session) => [session.keys(), session.get('admin' as never)])
    expect(seen).toEqual([['n', '__proto__'], undefined])
    expect(Object.getPrototypeOf(validate.mock.calls[0]?.[0])).toBe(Object.prototype)
    expect({}).not.toHaveProperty('admin')
    await visitor.visit((session) => session.set('n', 2))
    expect(JSON.stringify(payloadOf(visitor.token))).toContain('"__proto__":{"admin":true}')
  })

  it('fails the request if it throws, and logs nobody out', async () => {
    const error = new Error('the database is down')
    const failing = [
      schemaOf(() => {
        throw error
      }),
      schemaOf(() => Promise.reject(error)),
    ]
    for (const schema of failing) {
      const onReject = vi.fn()
      const visitor = await holder({ n: 1 }, { schema, onReject })
      await expect(visitor.visit((session) => session.set('n', 2))).rejects.toBe(error)
      expect(visitor.response.status).toBe(500)
      expect(visitor.sent).toEqual([])
      expect(onReject).not.toHaveBeenCalled()
    }
  })
})

describe('a schema that is no Standard Schema', () => {
  it.each([
    ['null', null],
    ['true', true],
    ['a string', 'n: number'],
    ['a function alone', (value: unknown) => value],
    ['what has parse() alone', { parse: (value: unknown) => value }],
    ['a standard without validate()', { '~standard': { version: 1, vendor: 'these tests' } }],
    ['the standard itself', schemaOf(hasNumber)['~standard']],
  ])('is refused when configured: %s', (_, schema) => {
    expect(() => createVisitor({ schema: schema as never })).toThrow(
      new TypeError('session(): schema is malformed: give a Standard Schema'),
    )
  })
})
