import { Hono } from 'hono'
import {
  type RejectReason,
  type Session,
  type SessionOptions,
  session,
} from '../../src/session/index.ts'

export const secret = 'only-the-fuzzer-knows-this-secret'
export const otherSecret = 'another-secret-that-the-fuzzer-knows'
export const cookieName = '__Host-session'

/** The time of every run, in seconds since the epoch: the clock must be stopped here. */
export const start = 1_700_000_000

/** How a site handled one request. */
export interface Seen {
  readonly reason: RejectReason | undefined
  readonly isNew: boolean
  readonly created: number
  /** What the visitor has, as JSON. */
  readonly data: string
  /** The `Set-Cookie` lines. */
  readonly sent: readonly string[]
}

/** Opens a site whose one handler looks at its session. */
export function door(options: SessionOptions) {
  let reason: RejectReason | undefined
  let failure: unknown
  let found: Pick<Seen, 'isNew' | 'created' | 'data'>
  let use: (session: Session) => void
  const onReject = (given: RejectReason) => {
    reason = given
  }
  const app = new Hono().use(session({ ...options, onReject })).get('/', async (c) => {
    const open = await c.var.session()
    found = { isNew: open.new, created: open.created, data: dataOf(open.entries()) }
    use(open)
    return c.body(null)
  })
  app.onError((error, c) => {
    failure = error
    return c.body(null, 500)
  })

  /**
   * Sends a `Cookie` header.
   *
   * @param then - What the handler does with the session once it has looked at it.
   * @throws What the site answered 500 for, if it did.
   */
  return async function send(
    Cookie: string,
    then: (session: Session) => void = () => {},
  ): Promise<Seen> {
    reason = failure = undefined
    use = then
    const response = await app.request('/', { headers: { Cookie } })
    if (failure !== undefined) throw failure
    if (response.status !== 200) throw new Error(`answered ${response.status}`)
    return { ...found, reason, sent: response.headers.getSetCookie() }
  }
}

/** A visitor's data as a string, in a stable order. */
export function dataOf(entries: Iterable<readonly [string, unknown]>): string {
  return JSON.stringify([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Whether every runtime sends this string in a header unchanged. */
export function isHeaderText(text: string): boolean {
  return /^[\t -~]*$/.test(text)
}
