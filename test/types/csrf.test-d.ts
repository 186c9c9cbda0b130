import type { Context, MiddlewareHandler } from 'hono'
import type { HTTPException } from 'hono/http-exception'
import { describe, expectTypeOf, it } from 'vitest'
import {
  type CsrfOptions,
  csrf,
  type ForgedRequestError,
  type FormTooLargeError,
} from '../../src/session/index.ts'

declare const secrets: readonly string[]

describe('csrf()', () => {
  it('is a middleware, with options or without', () => {
    expectTypeOf(csrf()).toEqualTypeOf<MiddlewareHandler>()
    const options: CsrfOptions = {
      origins: secrets,
      header: 'X-XSRF-Token',
      field: '_token',
      exempt: (c) => c.req.path === '/hook',
      token: false,
      maxFormSize: 2 ** 20,
      onRefuse: (error, c) => console.warn(error.reason, c.req.path),
    }
    csrf(options)
  })

  it('tells onRefuse the reason, and lets it return a promise', () => {
    csrf({
      async onRefuse(error, c) {
        expectTypeOf(error).toEqualTypeOf<ForgedRequestError>()
        expectTypeOf(c).toEqualTypeOf<Context>()
        expectTypeOf(error.reason).toEqualTypeOf<
          'origin' | 'missing-token' | 'wrong-token' | 'no-session' | 'unreadable-form'
        >()
      },
    })
  })

  it('throws what Hono answers', () => {
    expectTypeOf<ForgedRequestError>().toExtend<HTTPException>()
    expectTypeOf<FormTooLargeError>().toExtend<HTTPException>()
  })

  it('refuses what is no option', () => {
    // @ts-expect-error it is called origins
    csrf({ origin: ['https://admin.example'] })
    // @ts-expect-error a list, not a text
    csrf({ origins: 'https://admin.example' })
    // @ts-expect-error false, not null
    csrf({ token: null })
    // @ts-expect-error bytes are a number
    csrf({ maxFormSize: '1 MiB' })
    // @ts-expect-error one number for both kinds of forms
    csrf({ maxFormSize: { multipart: 1 } })
    // @ts-expect-error a promise is always true
    csrf({ exempt: async () => false })
  })
})
