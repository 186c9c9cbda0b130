import type { MiddlewareHandler } from 'hono'
import { describe, expectTypeOf, it } from 'vitest'
import {
  type CsrfOptions,
  csrf,
  type RejectReason,
  type SessionCookieOptions,
  type SessionOptions,
  type SessionVariables,
  session,
} from '../../src/session/index.ts'

declare const secret: string
declare const secrets: readonly string[]

describe('session()', () => {
  it('is a middleware', () => {
    expectTypeOf(session({ secret })).toEqualTypeOf<
      MiddlewareHandler<{ Variables: SessionVariables }>
    >()
  })

  it('takes all options, as an object or from the context', () => {
    const options: SessionOptions = {
      secret: secrets,
      timeout: null,
      reissueTime: null,
      lifetime: null,
      cookie: { name: 'sid', prefix: 'secure', domain: 'example.com', maxAge: 60 },
      setOnError: false,
      onReject: (reason, c) => {
        expectTypeOf(reason).toEqualTypeOf<RejectReason>()
        expectTypeOf(c.req.path).toEqualTypeOf<string>()
      },
    }
    session(options)
    session(() => options)
    session({ secret, timeout: 1, reissueTime: 0, lifetime: 1, onReject: async () => {} })
  })

  it('requires a secret', () => {
    // @ts-expect-error there are no options
    session()
    // @ts-expect-error there is no secret
    session({})
    // @ts-expect-error there is no secret
    session(() => ({}))
    // @ts-expect-error a secret is a string
    session({ secret: 1 })
    // @ts-expect-error options are not awaited
    session(async () => ({ secret }))
  })

  it('refuses an option that it does not know', () => {
    // @ts-expect-error it is called timeout
    session({ secret, tiemout: 60 })
    // @ts-expect-error the cookie's options stand under `cookie`
    session({ secret, httpOnly: true })
  })

  it('takes seconds or null for a time', () => {
    expectTypeOf<
      Required<Pick<SessionOptions, 'timeout' | 'reissueTime' | 'lifetime'>>
    >().toEqualTypeOf<{
      timeout: number | null
      reissueTime: number | null
      lifetime: number | null
    }>()
    // @ts-expect-error a number, not a string
    session({ secret, timeout: '60' })
  })

  it('takes a boolean for setOnError', () => {
    // @ts-expect-error false, not 0
    session({ secret, setOnError: 0 })
  })
})

describe('session({ cookie })', () => {
  it('accepts undefined as prefix', () => {
    session({ secret, cookie: { prefix: undefined } })
    expectTypeOf<SessionCookieOptions['prefix']>().toEqualTypeOf<'host' | 'secure' | undefined>()
  })

  it("takes Hono's cookie options", () => {
    session({ secret, cookie: { path: '/', httpOnly: true, secure: true, sameSite: 'Strict' } })
    session({ secret, cookie: { partitioned: true, priority: 'High' } })
    // @ts-expect-error a running server passes it by
    session({ secret, cookie: { expires: new Date() } })
  })

  it('refuses options that Hono does not have', () => {
    // @ts-expect-error it is called maxAge
    session({ secret, cookie: { max_age: 60 } })
    // @ts-expect-error it is called sameSite
    session({ secret, cookie: { samesite: 'Lax' } })
    // @ts-expect-error seconds are a number
    session({ secret, cookie: { maxAge: '60' } })
    // @ts-expect-error there is no such value
    session({ secret, cookie: { sameSite: 'Loose' } })
    // @ts-expect-error 'host' or 'secure'
    session({ secret, cookie: { prefix: '__Host-' } })
    // @ts-expect-error the name stands under `cookie`
    session({ secret, name: 'sid' })
  })
})

describe('csrf()', () => {
  it('is a middleware, with options or without', () => {
    expectTypeOf(csrf()).toEqualTypeOf<MiddlewareHandler>()
    const options: CsrfOptions = {
      origins: secrets,
      header: 'X-XSRF-Token',
      field: '_token',
      exempt: (c) => c.req.path === '/hook',
      token: false,
    }
    csrf(options)
  })

  it('refuses unknown options', () => {
    // @ts-expect-error it is called origins
    csrf({ origin: ['https://admin.example'] })
    // @ts-expect-error a list, not a string
    csrf({ origins: 'https://admin.example' })
    // @ts-expect-error false, not null
    csrf({ token: null })
    // @ts-expect-error a promise is always true
    csrf({ exempt: async () => false })
  })
})
