import { Hono } from 'hono'
import {
  type RejectReason,
  type Session,
  type SessionOptions,
  session,
} from '../../src/session/index.ts'

/** What came of one request. */
export interface Visit<T> {
  /** What the handler's function returned. */
  readonly result: T | undefined
  /** What Hono caught instead. */
  readonly error: unknown
  readonly status: number
  /** The `Set-Cookie` lines. */
  readonly sent: string[]
  /** The value that the first of them gives the cookie. */
  readonly token: string | undefined
  /** Why the cookie was not honoured, if so. */
  readonly rejected: RejectReason | undefined
}

/**
 * Sends one request to an app whose one handler uses its session as the test says.
 *
 * @param cookies - The `Cookie` header; `''`: none.
 */
export async function visit<T>(
  options: SessionOptions,
  cookies: string,
  use: (session: Session) => T,
): Promise<Visit<T>> {
  let result: T | undefined
  let error: unknown
  let rejected: RejectReason | undefined
  const onReject = (reason: RejectReason) => {
    rejected = reason
  }
  const app = new Hono().use(session({ ...options, onReject })).get('/', async (c) => {
    result = use(await c.var.session())
    return c.text('done')
  })
  app.onError((caught, c) => {
    error = caught
    return c.text('failed', 500)
  })
  const response = await app.request('/', { headers: cookies ? { Cookie: cookies } : {} })
  const sent = response.headers.getSetCookie()
  const token = sent[0]?.replace(/^[^=]*=([^;]*).*$/, '$1')
  return { result, error, status: response.status, sent, token, rejected }
}
