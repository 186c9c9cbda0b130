import type { MiddlewareHandler } from 'hono'
import { describe, expectTypeOf, it } from 'vitest'
import {
  type RejectReason,
  type RememberOptions,
  type Secret,
  type SessionCookieOptions,
  type SessionEvent,
  type SessionOptions,
  type SessionVariables,
  session,
} from '../../src/session/index.ts'

declare const secret: string
declare const secrets: readonly string[]
declare const process: { env: Record<string, string | undefined> }

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

  it('takes the limits of remember() together', () => {
    session({ secret, remember: { timeout: 2_592_000, lifetime: 7_776_000 } })
    expectTypeOf<NonNullable<SessionOptions['remember']>>().toEqualTypeOf<RememberOptions>()
    expectTypeOf<RememberOptions>().toEqualTypeOf<{ timeout: number; lifetime: number }>()
    // @ts-expect-error its lifetime is missing
    session({ secret, remember: { timeout: 60 } })
    // @ts-expect-error a remembered session ends some day
    session({ secret, remember: { timeout: 60, lifetime: null } })
    // @ts-expect-error the limits, not a switch
    session({ secret, remember: true })
  })

  it('hands each kind of event to onEvent, with what belongs to it', () => {
    session({
      secret,
      onEvent(event, c) {
        expectTypeOf(event).toEqualTypeOf<SessionEvent>()
        expectTypeOf(c.req.path).toEqualTypeOf<string>()
        if (event.type === 'conflict') expectTypeOf(event.attempts).toEqualTypeOf<number>()
        if (event.type === 'dropped') expectTypeOf(event.why).toExtend<string>()
        if (event.type === 'store-error') {
          expectTypeOf(event.error).toEqualTypeOf<Error>()
          expectTypeOf(event.failed).toEqualTypeOf<boolean>()
        }
        if (event.type === 'flash-dropped') {
          expectTypeOf(event.queue).toEqualTypeOf<string>()
          expectTypeOf(event.count).toEqualTypeOf<number>()
        }
        // @ts-expect-error no event has an id
        event.id
        // @ts-expect-error there is no such event
        if (event.type === 'deleted') return
      },
    })
    session({ secret, onEvent: async () => {} })
    expectTypeOf<SessionEvent['type']>().toEqualTypeOf<
      | 'created'
      | 'renewed'
      | 'regenerated'
      | 'invalidated'
      | 'conflict'
      | 'dropped'
      | 'store-error'
      | 'flash-dropped'
    >()
  })

  it('takes a secret as a string, a function, or a list of both', () => {
    session({ secret: () => secret })
    session({ secret: async () => secret })
    session({ secret: [async () => secret, secret, undefined] })
    session({ secret: process.env.SESSION_SECRET })
    session((c) => ({ secret: () => c.env.SECRETS.get() as Promise<string> }))
    const source: Secret = () => undefined
    session({ secret: [source] })
    // @ts-expect-error a secret is a string
    session({ secret: async () => new Uint8Array(32) })
    // @ts-expect-error a promise could not be asked again
    session({ secret: Promise.resolve(secret) })
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
