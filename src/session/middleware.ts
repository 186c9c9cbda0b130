import type { Context, MiddlewareHandler } from 'hono'
import { finish, markPrivate } from './cookie/response.ts'
import { ForgedRequestError, FormTooLargeError, SessionError } from './errors.ts'
import { commit, type Outcome, undoHandler } from './lifecycle/commit.ts'
import type { Config } from './lifecycle/config.ts'
import type { Visit } from './lifecycle/engine.ts'
import { type Loaded, load } from './lifecycle/load.ts'
import { isSeen } from './lifecycle/prefetch.ts'
import { reportFailure, visitOf } from './lifecycle/visit.ts'
import type { SessionOptions } from './options/options.ts'
import { fixed, perEnv, type Settings } from './options/per-env.ts'
import { Session } from './session.ts'

/**
 * What `session()` puts on the context: `c.var.session()` opens the visitor's session. Twice in a
 * request it returns the same one.
 *
 * @typeParam As - The name, if the option `as` changes it.
 */
export type SessionVariables<
  Data extends object = Record<string, unknown>,
  Flash extends object = Record<string, string>,
  As extends string = 'session',
> = { [Name in As]: () => Promise<Session<Data, Flash>> }

/**
 * Gives each request a session, at `c.var.session()`.
 *
 * A request whose handler does not open it costs nothing. One that does is committed once, when the
 * handler has returned or thrown; its response is kept out of shared caches.
 *
 * @typeParam Data - The keys of the session and the types of their values; a schema infers it, too.
 * @typeParam Flash - The flash queues and the types of their messages.
 * @typeParam As - The option `as`, to be repeated where `Data` is given.
 * @param options - An object, or a function that makes it from the context, if it depends on bindings.
 * The function is called once per `c.env`, and a mistake in what it returns shows when a session is
 * first opened. (If the function itself throws, the name is not known: then it shows at
 * `c.var.session()`.)
 * @throws {TypeError | RangeError} When an option is wrong.
 *
 * @example
 * ```ts
 * const app = new Hono<{ Bindings: { SESSION_SECRET: string } }>()
 *   .use(session<{ counter: number }>((c) => ({ secret: c.env.SESSION_SECRET })))
 *   .get('/', async (c) => {
 *     const session = await c.var.session()
 *     return c.text(`Count: ${session.update('counter', (n = 0) => n + 1)}`)
 *   })
 * ```
 */
export function session<
  Data extends object = Record<string, unknown>,
  Flash extends object = Record<string, string>,
  As extends string = 'session',
>(
  options: SessionOptions<Data, As> | ((c: Context) => SessionOptions<Data, As>),
): MiddlewareHandler<{ Variables: SessionVariables<Data, Flash, As> }> {
  const settingsFor = typeof options === 'function' ? perEnv(options) : fixed(options)

  return async function session(c, next) {
    const settings = settingsFor(c)
    assertNotMounted(c, settings)
    if (c.req.method === 'POST' && isOfDevice(c)) {
      const config = settings.config()
      const response = await config.device?.answer(c, config)
      if (response) return response
    }
    const access: Access = { isReporting: false, hasEnded: false }
    c.set(settings.as, () => {
      if (access.isReporting) return Promise.reject(new SessionError(tooEarly))
      if (c.error && access.loaded) undoHandler(settings.config(), access.loaded)
      access.opening ??= open(c, settings, access)
      return access.opening as Promise<Session<Data, Flash>>
    })
    let threw = true
    try {
      await next()
      threw = c.error !== undefined
    } finally {
      // A handler that forgot to return a response is Hono's error to report.
      if (access.opening && (threw || c.finalized)) await close(c, settings, access, threw)
      access.hasEnded = true
    }
  }
}

/** One request's access to its session. */
interface Access {
  /** Settled when the session is open, or could not be opened; absent: nobody asked for it. */
  opening?: Promise<object>
  loaded?: Loaded
  visit?: Visit
  /** `onReject` is running. */
  isReporting: boolean
  /** The response is on its way. */
  hasEnded: boolean
}

/** Reads the session that came in. */
async function open(c: Context, settings: Settings<string>, access: Access): Promise<object> {
  const config = settings.config()
  if (claimCookie(c, config.cookie.name) === 1) markPrivate(c)
  const visit = visitOf(c, config)
  const header = c.req.header('Cookie') ?? ''
  let loaded: Loaded
  try {
    loaded = await load(config, header, { visit, isSeen: isSeen(c) })
  } catch (error) {
    reportFailure(visit, error)
    throw error
  }
  const { incoming, state } = loaded
  if (incoming.kind === 'rejected' && config.onReject) {
    access.isReporting = true
    try {
      await config.onReject(incoming.reason, c)
    } finally {
      access.isReporting = false
    }
  }
  state.committed = access.hasEnded // opened in a stream: the headers have left
  state.isRolledBack = c.error !== undefined // opened by the error page: there is nothing to undo
  access.visit = visit
  access.loaded = loaded
  return new Session(state)
}

/** Commits the session, and completes the response. */
async function close(
  c: Context,
  settings: Settings<string>,
  access: Access,
  threw: boolean,
): Promise<void> {
  const { opening } = access
  let cookie: string | null | undefined
  try {
    await opening
  } catch {
    finish(c, cookie) // the handler's own `await` has surfaced this error
    return
  }
  const { loaded, visit } = access as Required<Access>
  let isInvited = false
  try {
    const outcome = outcomeOf(c, settings.config(), threw)
    cookie = await commit(settings.config(), loaded, { visit, outcome })
    isInvited = cookie !== null && loaded.state.identity === 'regenerated'
  } catch (error) {
    reportFailure(visit, error)
    loaded.state.committed = false // the error page may use the session, in vain
    dropHeaders(c)
    throw error
  } finally {
    if (c.res.status !== 101) finish(c, cookie)
  }
  if (isInvited) await settings.config().device?.invite(c, loaded.state.data)
}

/** Whether a request is of the kind that browsers send to bind a session to their device. */
function isOfDevice({ req }: Context): boolean {
  return (
    req.header('Secure-Session-Response') !== undefined ||
    req.header('Sec-Secure-Session-Id') !== undefined
  )
}

function outcomeOf(c: Context, { cookie }: Config, threw: boolean): Outcome {
  const { status } = c.res
  if (status === 0) {
    throw new SessionError(
      'session: Response.error() carries no headers, so the session cannot be kept. Return a Response with a status.',
    )
  }
  return {
    threw,
    isRefused: c.error instanceof ForgedRequestError || c.error instanceof FormTooLargeError,
    cookie: () =>
      status === 101 ? 'unavailable' : cookie.doneBy(c.res.headers.getSetCookie(), c.req.path),
  }
}

/** Keeps the headers of a response that failed off the error page, except the cookies of others. */
function dropHeaders(c: Context): void {
  const cookies = c.res.headers.getSetCookie()
  c.res = undefined
  c.res = new Response(null) // drops what `c.header()` prepared as well
  for (const line of cookies) c.res.headers.append('Set-Cookie', line)
}

const tooEarly =
  'session: onReject() runs while the session is being opened, so nobody can use it yet. Change the session in a handler.'

function assertNotMounted(c: Context, settings: Settings<string>): void {
  if (c.get(settings.as) === undefined) return
  settings.config() // its own mistakes come first
  throw new TypeError(
    `session(): c.var.${settings.as} is taken: mount it once, and a second session with another \`as\``,
  )
}

const claimed = Symbol('cookies of sessions')

/**
 * Makes sure that two sessions of one request do not overwrite each other's cookie.
 *
 * @returns How many sessions the request has opened.
 */
function claimCookie(c: Context, cookieName: string): number {
  const claims: Context & { [claimed]?: string[] } = c
  claims[claimed] ??= []
  if (claims[claimed].includes(cookieName)) {
    throw new TypeError(`session(): two sessions use ${cookieName}: give one another cookie.name`)
  }
  return claims[claimed].push(cookieName)
}
