import { type Context, Hono } from 'hono'
import {
  csrfToken,
  type RejectReason,
  type Session,
  type SessionOptions,
  session,
} from '../../src/session/index.ts'
import { browser } from '../../src/session/testing.ts'
import { cookieName, secret, sign } from './tokens.ts'

/** Everything about one request. */
export interface Visit<T> {
  /** What the handler returned. */
  readonly result: T | undefined
  /** What Hono caught instead. */
  readonly error: unknown
  readonly status: number
  /** The `Set-Cookie` lines. */
  readonly sent: string[]
  /** The value of the cookie in the first of them. */
  readonly token: string | undefined
  /** Why the cookie was not honored, if it was not. */
  readonly rejected: RejectReason | undefined
}

interface Job {
  use(session: never, c: Context): unknown
  result?: unknown
  error?: unknown
  rejected?: RejectReason
}

/**
 * A visitor with a browser, at an app whose one handler runs a function of the test at each visit.
 * Visits may overlap, as those of several tabs do.
 *
 * @param options - Those of `session()`. `secret` is added unless there is a codec.
 */
export function createVisitor<
  Data extends object = Record<string, unknown>,
  Flash extends object = Record<string, string>,
>(options: Partial<SessionOptions<Data>> = {}) {
  type Use<T> = (session: Session<Data, Flash>, c: Context) => T | Promise<T>
  const { app, add } = makeApp<Data, Flash>(options)
  const jar = browser(app)
  let last: Response | undefined

  async function attempt<T>(use: Use<T>, init?: RequestInit): Promise<Visit<T>> {
    const job: Job = { use }
    const response = await jar.request(add(job), init)
    last = response
    const sent = response.headers.getSetCookie()
    const token = sent[0]?.replace(/^[^=]*=([^;]*).*$/, '$1')
    const { result, error, rejected } = job
    return { result: result as T, error, rejected, status: response.status, sent, token }
  }

  const visitor = {
    /** The browser's cookies, by their names on the wire. */
    cookies: jar.cookies,
    /** The session's cookie. */
    get token(): string | undefined {
      return jar.cookies.get(cookieName)
    },
    set token(token: string | undefined) {
      jar.cookies.delete(cookieName)
      if (token !== undefined) jar.cookies.set(cookieName, token)
    },
    /** The response that arrived last. */
    get response(): Response {
      if (!last) throw new Error('no response has arrived')
      return last
    },
    /** Its status; 0 before the first. */
    get status(): number {
      return last?.status ?? 0
    },
    /** Its `Set-Cookie` lines. */
    get sent(): string[] {
      return last?.headers.getSetCookie() ?? []
    },
    /** Visits, and resolves with everything about the request, even if the handler throws. */
    attempt,
    /** Visits, and resolves with what the handler returned, or rejects with the error that Hono saw. */
    async visit<T>(use: Use<T>, init?: RequestInit): Promise<T> {
      const { result, error } = await attempt(use, init)
      if (error !== undefined) throw error
      return result as T
    },
    /** Visits, and resolves with the session's data. */
    data: (init?: RequestInit) => visitor.visit(dataOf, init),
    /** Visits with this token instead of the browser's cookies, and resolves with the data. */
    present: (token: string) => visitor.data({ headers: { Cookie: `${cookieName}=${token}` } }),
  }
  return visitor
}

/** A visitor whose cookie holds this payload, signed. */
export async function createVisitorWith<
  Data extends object = Record<string, unknown>,
  Flash extends object = Record<string, string>,
>(payload: unknown, options: Partial<SessionOptions<Data>> = {}) {
  const visitor = createVisitor<Data, Flash>(options)
  visitor.token = await sign(payload)
  return visitor
}

/** The data of a session. */
export function dataOf(session: { entries(): [string, unknown][] }): Record<string, unknown> {
  return Object.fromEntries(session.entries())
}

/** A visitor without explicit types. */
export type Visitor = ReturnType<
  typeof createVisitor<Record<string, unknown>, Record<string, string>>
>

/** Sends one request with this `Cookie` header; `''`: without one. */
export function visitOnce<T>(
  options: SessionOptions,
  cookies: string,
  use: (session: Session) => T | Promise<T>,
): Promise<Visit<T>> {
  return createVisitor(options).attempt(use, cookies ? { headers: { Cookie: cookies } } : {})
}

function makeApp<Data extends object, Flash extends object>(
  options: Partial<SessionOptions<Data>>,
) {
  const jobs: Job[] = []
  const jobOf = (c: Context) => jobs[Number(c.req.query('job'))] as Job
  const onReject: SessionOptions['onReject'] = (reason, c) => {
    jobOf(c).rejected = reason
    return options.onReject?.(reason, c)
  }
  const defaults = options.codec ? {} : { secret }
  const complete = { ...defaults, ...options, onReject } as SessionOptions<Data>
  const app = new Hono().use(session<Data, Flash>(complete)).all('*', async (c) => {
    const job = jobOf(c)
    job.result = await job.use((await c.var.session()) as never, c)
    return job.result instanceof Response ? job.result : c.text('done')
  })
  app.onError((error, c) => {
    jobOf(c).error = error
    return 'getResponse' in error ? error.getResponse() : c.text('failed', 500)
  })
  /** Adds the job of a request, and returns the request's path. */
  const add = (job: Job) => `/?job=${jobs.push(job) - 1}`
  return { app, add }
}

/** The data of `createReturningVisitor()`. */
export interface Data {
  n: number
  list: number[]
  text: string
  nested: { a: { b: number } }
}

/** What a handler does with the session of such a visitor. */
export type Use = (session: Session<Data>) => unknown

/** A visitor whose session has data, a flash message and a CSRF token. */
export async function createReturningVisitor(options: Partial<SessionOptions<Data>> = {}) {
  const visitor = createVisitor<Data>(options)
  await visitor.visit((session) => {
    session.set('n', 1)
    session.set('list', [1, 2])
    session.set('nested', { a: { b: 1 } })
    session.flash('hello')
    csrfToken(session)
  })
  return visitor
}
