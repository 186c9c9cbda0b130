import { type Context, Hono } from 'hono'
import { vi } from 'vitest'
import { signedCodec } from '../../src/session/codecs/signed.ts'
import { csrfToken, type Session, type SessionOptions, session } from '../../src/session/index.ts'
import { browser } from '../../src/session/testing.ts'

export const secret = 'only-these-tests-know-this-secret'
export const otherSecret = 'another-secret-that-only-tests-know'
export const cookieName = '__Host-session'

/** The second at which tests with a stopped clock begin. */
export const start = 1_700_000_000

/** Stops the clock at so many seconds after `start`; `vi.useRealTimers()` lets it run again. */
export function at(seconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: (start + seconds) * 1000 })
}

/** Signs a payload, whatever it is, as the server would. */
export function sign(payload: unknown, by = secret, name = cookieName): Promise<string> {
  return signedCodec(by, name).encode(JSON.stringify(payload))
}

/** Reads the payload of a token without a look at its signature. */
export function payloadOf(token: string | undefined): unknown {
  const [payload = ''] = (token ?? '').split('.')
  const bytes = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (character) =>
    character.charCodeAt(0),
  )
  return JSON.parse(new TextDecoder().decode(bytes))
}

/**
 * A visitor of an app whose one handler does what the test says at each visit.
 *
 * `visit()` answers with what the handler returned, or rejects with the error that Hono saw.
 */
export function guest<
  Data extends object = Record<string, unknown>,
  Flash extends object = Record<string, string>,
>(options: Partial<SessionOptions<Data>> = {}) {
  let handler: (session: Session<Data, Flash>, c: Context) => unknown
  let failure: unknown
  const app = new Hono().use(session<Data, Flash>({ secret, ...options })).all('*', async (c) => {
    const result = await handler(await c.var.session(), c)
    return result instanceof Response ? result : c.text('done')
  })
  app.onError((error, c) => {
    failure = error
    return c.text('failed', 500)
  })
  const jar = browser(app)
  const visitor = {
    cookies: jar.cookies,
    /** The last response. */
    response: new Response(),
    /** The session's cookie. */
    get token(): string | undefined {
      return jar.cookies.get(cookieName)
    },
    /** The `Set-Cookie` lines of the last response. */
    get sent(): string[] {
      return visitor.response.headers.getSetCookie()
    },
    async visit<T>(
      use: (session: Session<Data, Flash>, c: Context) => T | Promise<T>,
      init?: RequestInit,
    ): Promise<T> {
      let result: T | undefined
      failure = undefined
      handler = async (session, c) => {
        result = await use(session, c)
        return result
      }
      visitor.response = await jar.request('/', init)
      if (failure !== undefined) throw failure
      return result as T
    },
    /** Visits with one cookie that the test made, and tells what the session then holds. */
    present(token: string): Promise<object> {
      return visitor.visit((session) => Object.fromEntries(session.entries()), {
        headers: { Cookie: `${cookieName}=${token}` },
      })
    },
  }
  return visitor
}

/** What `known()` visitors have in their session. */
export interface Data {
  n: number
  list: number[]
  text: string
  nested: { a: { b: number } }
}

/** What a handler does with the session of a `known()` visitor. */
export type Use = (session: Session<Data>) => unknown

/** A visitor whose session holds something of everything. */
export async function known(options: Partial<SessionOptions<Data>> = {}) {
  const visitor = guest<Data>(options)
  await visitor.visit((session) => {
    session.set('n', 1)
    session.set('list', [1, 2])
    session.set('nested', { a: { b: 1 } })
    session.flash('hello')
    csrfToken(session)
  })
  return visitor
}
