import type { Context, MiddlewareHandler } from 'hono'
import {
  assertHeaders,
  assertUnsent,
  claimCookie,
  dropHeaders,
  finish,
  markPrivate,
} from './cookie/response.ts'
import { ForgedRequestError, FormTooLargeError, SessionError } from './errors.ts'
import { commit, type Outcome, undoHandler } from './lifecycle/commit.ts'
import { rejectReasonOf, type Visit } from './lifecycle/engine.ts'
import { type Loaded, load } from './lifecycle/load.ts'
import { reportFailure, visitOf } from './lifecycle/visit.ts'
import type { Config } from './options/config.ts'
import type { SessionOptions } from './options/options.ts'
import { fixed, perEnv, type Settings } from './options/per-env.ts'
import { Session } from './session.ts'
import { isSeen } from './state/prefetch.ts'

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
 * A request whose handler does not open it costs next to nothing. One that does is committed once, when
 * the handler has returned or thrown; its response is kept out of shared caches.
 *
 * Mounting the same middleware again, on a sub-app or by a framework that routes by file, changes
 * nothing.
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
    // A framework that routes by file may run one middleware more than once.
    if (isMounted(c, settings, session)) return next()
    const answer = answerDevice(c, settings)
    if (answer !== undefined) return answer
    const access: Access = { isReporting: false, isLate: false, hasEnded: false }
    const opener = () => {
      if (access.isReporting) return Promise.reject(new SessionError(tooEarly))
      if (c.error && access.loaded) startOver(c, settings.config(), access.loaded)
      access.opening ??= open(c, settings, access)
      return access.opening as Promise<Session<Data, Flash>>
    }
    opener.by = session
    c.set(settings.as, opener)
    let threw = true
    try {
      await next()
      threw = c.error !== undefined
    } finally {
      const { opening } = access
      if (opening && (threw || c.finalized)) await close(c, settings, access, threw)
      else void succeeds(opening) // a handler that forgot to return is Hono's error to report
      access.hasEnded = true
      // For example what `userSessions()` threw: Hono answers it without a word.
      reportFailure(c, () => visitOf(c, settings.config()), c.error)
    }
  }
}

/** One request's access to its session. */
interface Access {
  /** Settled when the session is open, or could not be opened; absent: it was not opened. */
  opening?: Promise<object>
  loaded?: Loaded
  visit?: Visit
  /** `onReject` is running. */
  isReporting: boolean
  /** It was opened when the response had been made already. */
  isLate: boolean
  /** The response is on its way. */
  hasEnded: boolean
}

/** Reads the session that came in. */
async function open(c: Context, settings: Settings<string>, access: Access): Promise<object> {
  const config = settings.config()
  access.isLate = c.finalized
  markPrivate(c, claimCookie(c, config.cookie.name) === 1)
  const visit = visitOf(c, config)
  const header = c.req.header('Cookie') ?? ''
  let loaded: Loaded
  try {
    loaded = await load(config, header, { visit, isSeen: isSeen(c) })
  } catch (error) {
    reportFailure(c, () => visit, error)
    throw error
  }
  const { incoming, state } = loaded
  const reason = rejectReasonOf(incoming)
  if (reason && config.onReject) {
    access.isReporting = true
    try {
      await config.onReject(reason, c)
    } finally {
      access.isReporting = false
    }
  }
  state.committed = access.hasEnded // opened in a stream: the headers have left
  state.isRolledBack = c.error !== undefined // opened by the error page: there is nothing to undo
  Object.assign(access, { visit, loaded } satisfies Partial<Access>)
  return new Session(state)
}

/** Commits the session, and completes the response. */
async function close(
  c: Context,
  settings: Settings<string>,
  access: Access,
  threw: boolean,
): Promise<void> {
  // If it could not be opened, the handler's own `await` has surfaced the error.
  const isOpen = await succeeds(access.opening)
  let cookie: string | null | undefined
  try {
    assertHeaders(c.res)
    if (isOpen) {
      const { loaded, visit } = access as Required<Access>
      const outcome = outcomeOf(c, settings.config(), threw)
      cookie = await commit(settings.config(), loaded, { visit, outcome })
    }
  } catch (error) {
    reportFailure(c, () => access.visit as Visit, error)
    if (access.loaded) access.loaded.state.committed = false // the error page may change it, to no effect
    dropHeaders(c)
    throw error
  } finally {
    finish(c, cookie, access.isLate)
  }
  if (isOpen) await settings.config().device?.complete(c, access.loaded as Loaded, cookie ?? null)
}

function succeeds(promise: Promise<unknown> | undefined): Promise<boolean> | undefined {
  return promise?.then(
    () => true,
    () => false,
  )
}

/** Answers the requests that a browser sends by itself to bind a session to its device. */
function answerDevice(c: Context, settings: Settings<string>) {
  const { req } = c
  const isByBrowser = () =>
    req.header('Secure-Session-Response') ?? req.header('Sec-Secure-Session-Id')
  if (req.method !== 'POST' || isByBrowser() === undefined) return undefined
  const config = settings.config()
  return config.device?.answer(c, config)
}

function outcomeOf(c: Context, { cookie }: Config, threw: boolean): Outcome {
  const { error, req, res } = c
  return {
    threw,
    isRefused: error instanceof ForgedRequestError || error instanceof FormTooLargeError,
    cookie() {
      assertUnsent(c)
      if (res.status === 101) return 'unavailable'
      return cookie.doneBy(res.headers.getSetCookie(), req.path)
    },
  }
}

/** Gives the error page a session without the changes of the handler that threw. */
function startOver(c: Context, config: Config, loaded: Loaded): void {
  markPrivate(c, false) // the handler's caching headers were meant for another page
  undoHandler(config, loaded)
}

const tooEarly =
  'session: onReject() runs while the session is being opened: change the session in a handler.'

/** @throws {TypeError} When another middleware has taken the name. */
function isMounted(c: Context, settings: Settings<string>, self: MiddlewareHandler): boolean {
  const taken: { by?: unknown } | null | undefined = c.get(settings.as)
  if (taken === undefined) return false
  if (taken?.by === self) return true
  settings.config() // mistakes in its options are reported first
  throw new TypeError(
    `session(): c.var.${settings.as} is taken: mount it once, and a second session with another \`as\``,
  )
}
