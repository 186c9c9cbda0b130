import type { Context, MiddlewareHandler } from 'hono'
import { ForgedRequestError, FormTooLargeError } from './errors.ts'
import { commit, load, type Opened } from './lifecycle.ts'
import type { SessionOptions } from './options.ts'
import { finish } from './response.ts'
import { Session } from './session.ts'
import { always, oncePerEnv, type Settings } from './settings.ts'

/**
 * What `session()` puts on the context: `c.var.session()` opens the visitor's session. Twice in a
 * request it gives the same one.
 *
 * @typeParam As - The name, where the option `as` changes it.
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
 * @typeParam Data - The keys of the session and the types of their values; a schema tells it, too.
 * @typeParam Flash - The flash queues and the types of their messages.
 * @typeParam As - The option `as`, to be repeated where `Data` is given.
 * @param options - Ready, or made from the context where they depend on bindings. Then they are asked
 * for once per `c.env`, and a mistake in them shows when a session is first opened. (Where the function
 * itself throws, the name is not known: then it shows at `c.var.session()`.)
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
  const settingsFor = typeof options === 'function' ? oncePerEnv(options) : always(options)

  return async function session(c, next) {
    const settings = settingsFor(c)
    if (c.get(settings.as) !== undefined) {
      settings.config() // its own mistakes are told first
      throw new TypeError(
        `session(): c.var.${settings.as} is taken: mount it once, and a second session with another \`as\``,
      )
    }
    const access: Access = { opening: undefined, opened: undefined, hasEnded: false }
    c.set(settings.as, () => {
      access.opening ??= open(c, settings, access)
      return access.opening as Promise<Session<Data, Flash>>
    })
    let threw = true
    try {
      await next()
      threw = c.error !== undefined
    } finally {
      if (access.opening !== undefined) await close(c, settings, access, threw)
      access.hasEnded = true
    }
  }
}

/** How a request comes by its session. */
interface Access {
  /** Settled when the session is open, or could not be opened; `undefined`: nobody asked for it. */
  opening: Promise<object> | undefined
  opened: Opened | undefined
  /** The response is on its way. */
  hasEnded: boolean
}

async function open(c: Context, settings: Settings<string>, access: Access): Promise<object> {
  const config = settings.config()
  claim(c, config.cookie.name)
  const header = c.req.header('Cookie') ?? ''
  const opened = await load(config, header, Date.now() / 1000, () => isVisit(c))
  if (opened.rejected) await config.onReject(opened.rejected, c)
  if (access.hasEnded) opened.state.committed = true // opened in a stream: the headers are gone
  access.opened = opened
  return new Session(opened.state)
}

/** A browser that prefetches a page may never show it; nobody sees the answer to `HEAD`. */
function isVisit(c: Context): boolean {
  return c.req.method !== 'HEAD' && !c.req.header('Sec-Purpose')?.startsWith('prefetch')
}

async function close(
  c: Context,
  settings: Settings<string>,
  access: Access,
  threw: boolean,
): Promise<void> {
  try {
    await access.opening
  } catch {
    // What failed to open failed the handler already.
  }
  const { opened } = access
  if (c.res.status === 101) {
    if (opened) opened.state.committed = true // a protocol switch carries no cookie
    return
  }
  let cookie: string | null | undefined
  try {
    const refused = c.error instanceof ForgedRequestError || c.error instanceof FormTooLargeError
    if (opened) cookie = await commit(settings.config(), opened, { threw, refused })
  } catch (error) {
    if (opened) opened.state.committed = false // the page that tells of it may use the session, in vain
    // Or its headers would stand on the page that tells of the error. Other sessions keep their cookies.
    const cookies = c.res.headers.getSetCookie()
    c.res = undefined
    c.res = new Response(null) // what `c.header()` prepared goes, too
    for (const line of cookies) c.res.headers.append('Set-Cookie', line)
    throw error
  } finally {
    finish(c, cookie)
  }
}

const claimed = Symbol('cookies of sessions')

/** Two sessions of one request that wrote the same cookie would overwrite each other. */
function claim(c: Context, cookieName: string): void {
  const claims: Context & { [claimed]?: string[] } = c
  claims[claimed] ??= []
  if (claims[claimed].includes(cookieName))
    throw new TypeError(`session(): two sessions use ${cookieName}: give one another cookie.name`)
  claims[claimed].push(cookieName)
}
