import { Hono } from 'hono'
import * as v from 'valibot'
import { describe, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import {
  type Session,
  type SessionOptions,
  type StandardSchemaV1,
  session,
} from '../../src/session/index.ts'

interface Data {
  counter: number
  cart: string[]
  user?: string | undefined
}

interface Flash {
  '': string
  error: { code: number }
}

declare const secret: string

const ofZod = z.object({
  counter: z.number(),
  cart: z.array(z.string()).default([]),
  user: z.string().optional(),
})
const ofValibot = v.object({
  counter: v.number(),
  cart: v.optional(v.array(v.string()), []),
  user: v.optional(v.string()),
})
declare const ofOurs: StandardSchemaV1<unknown, Data>
/** As arktype makes them: a function, whose input is narrower than unknown. */
declare const ofArktype: ((data: unknown) => Data) & StandardSchemaV1<{ counter: number }, Data>

describe('session({ schema })', () => {
  it('infers Data from zod, through the chain', () => {
    new Hono().use(session({ secret, schema: ofZod })).get('/', async (c) => {
      const session = await c.var.session()
      expectTypeOf(session.get('counter')).toEqualTypeOf<number | undefined>()
      expectTypeOf(session.get('cart')).toEqualTypeOf<string[] | undefined>()
      expectTypeOf(session.get('user')).toEqualTypeOf<string | undefined>()
      session.set('cart', ['tea'])
      // @ts-expect-error a counter is a number
      session.set('counter', '1')
      // @ts-expect-error the schema has no such key
      session.get('conter')
      return c.text('')
    })
  })

  it('infers Data from valibot, through the chain', () => {
    new Hono().use(session({ secret, schema: ofValibot })).get('/', async (c) => {
      const session = await c.var.session()
      expectTypeOf(session.get('counter')).toEqualTypeOf<number | undefined>()
      expectTypeOf(session.get('cart')).toEqualTypeOf<string[] | undefined>()
      expectTypeOf(session.get('user')).toEqualTypeOf<string | undefined>()
      session.set('cart', ['tea'])
      // @ts-expect-error a counter is a number
      session.set('counter', '1')
      // @ts-expect-error the schema has no such key
      session.get('conter')
      return c.text('')
    })
  })

  it('infers Data from any Standard Schema, an object or a function', () => {
    new Hono().use(session({ secret, schema: ofOurs })).get('/', (c) => {
      expectTypeOf(c.var.session).toEqualTypeOf<() => Promise<Session<Data>>>()
      return c.text('')
    })
    new Hono().use(session({ secret, schema: ofArktype })).get('/', (c) => {
      expectTypeOf(c.var.session).toEqualTypeOf<() => Promise<Session<Data>>>()
      return c.text('')
    })
  })

  it('infers Data if options come from the context', () => {
    new Hono<{ Bindings: { SECRET: string } }>()
      .use(session((c) => ({ secret: c.env.SECRET, schema: ofZod })))
      .get('/', async (c) => {
        expectTypeOf((await c.var.session()).get('counter')).toEqualTypeOf<number | undefined>()
        return c.text('')
      })
  })

  it('infers the output of an async schema, not its input', () => {
    const migrated = z
      .object({ name: z.string() })
      .transform(async ({ name }) => ({ user: { name } }))
    new Hono().use(session({ secret, schema: migrated })).get('/', async (c) => {
      const session = await c.var.session()
      expectTypeOf(session.get('user')).toEqualTypeOf<{ name: string } | undefined>()
      // @ts-expect-error that is the old shape
      session.get('name')
      return c.text('')
    })
  })

  it('infers Data together with another name', () => {
    new Hono().use(session({ secret, schema: ofZod, as: 'shop' })).get('/', async (c) => {
      expectTypeOf((await c.var.shop()).get('cart')).toEqualTypeOf<string[] | undefined>()
      return c.text('')
    })
  })

  it('must agree with an explicit Data', () => {
    session<Data>({ secret, schema: ofOurs })
    session<v.InferOutput<typeof ofValibot>, Flash>({ secret, schema: ofValibot })
    const options: SessionOptions<z.infer<typeof ofZod>> = { secret, schema: ofZod }
    session(options)
    // @ts-expect-error the schema has another counter
    session<{ counter: string }>({ secret, schema: ofZod })
  })

  it('refuses anything but a schema of objects', () => {
    // @ts-expect-error a session is an object, not a string
    session({ secret, schema: z.string() })
    // @ts-expect-error a function alone is no schema
    session({ secret, schema: (data: unknown) => data as Data })
    // @ts-expect-error one option, not a list
    session({ secret, schema: [ofZod] })
  })
})
