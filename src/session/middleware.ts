import type { Context, MiddlewareHandler } from 'hono'
import { guardCaching } from './caching.ts'
import { commit, load, type Opened } from './lifecycle.ts'
import { type Config, configure, type SessionOptions } from './options.ts'
import { isRefused } from './refusals.ts'
import { Session } from './session.ts'

/** What `session()` puts on the context. */
export interface SessionVariables<
  Data extends object = Record<string, unknown>,
  Flash extends object = Record<string, string>,
> {
  /** Opens the visitor's session. Twice in a request: the same one. */
  session: () => Promise<Session<Data, Flash>>
}

/**
 * Gives each request a session, at `c.var.session()`.
 *
 * A request whose handler does not open it costs nothing. One that does is committed once, when the
 * handler has returned or thrown; its response is kept out of shared caches.
 *
 * @typeParam Data - The keys of the session and the types of their values.
 * @typeParam Flash - The flash queues and the types of their messages.
 * @param options - Ready, or made from the context where they depend on bindings. Then they are asked
 * for once per `c.env`, and a mistake in them shows when a session is first opened.
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
>(
  options: SessionOptions | ((c: Context) => SessionOptions),
): MiddlewareHandler<{ Variables: SessionVariables<Data, Flash> }> {
  const configFor = typeof options === 'function' ? oncePerEnv(options) : always(configure(options))

  return async function session(c, next) {
    let opening: Promise<Open<Data, Flash>> | undefined
    let threw = true
    let ended = false
    c.set('session', async () => {
      opening ??= open(c, configFor)
      const { session, opened } = await opening
      if (ended) opened.state.committed = true // opened in a stream: the headers are gone
      return session
    })
    try {
      await next()
      threw = c.error !== undefined
    } finally {
      ended = true
      // What failed to open failed the handler already.
      if (opening) await close(c, await opening.catch(() => undefined), threw)
    }
  }
}

interface Open<Data extends object, Flash extends object> {
  readonly config: Config
  readonly opened: Opened
  readonly session: Session<Data, Flash>
}

async function open<Data extends object, Flash extends object>(
  c: Context,
  configFor: (c: Context) => Config,
): Promise<Open<Data, Flash>> {
  const config = configFor(c)
  const opened = await load(config, c.req.header('Cookie') ?? '', Date.now() / 1000, isVisit(c))
  if (opened.rejected) await config.onReject(opened.rejected, c)
  return { config, opened, session: new Session(opened.state) }
}

/** A browser that prefetches a page may never show it; nobody sees the answer to `HEAD`. */
function isVisit(c: Context): boolean {
  return c.req.method !== 'HEAD' && !c.req.header('Sec-Purpose')?.startsWith('prefetch')
}

async function close(
  c: Context,
  open: Omit<Open<object, object>, 'session'> | undefined,
  threw: boolean,
): Promise<void> {
  if (c.res.status === 101) {
    if (open) open.opened.state.committed = true // a protocol switch carries no cookie
    return
  }
  let cookie: string | null | undefined
  try {
    if (open) cookie = await commit(open.config, open.opened, { threw, refused: isRefused(c) })
  } finally {
    amend(c, (headers) => {
      guardCaching(headers, cookie !== null)
      if (cookie) headers.append('Set-Cookie', cookie)
    })
  }
}

/** Changes the headers of the response, of a copy where they are immutable as after a `fetch`. */
function amend(c: Context, change: (headers: Headers) => void): void {
  try {
    change(c.res.headers)
  } catch {
    const response = c.res
    c.res = undefined
    c.res = new Response(response.body, response)
    change(c.res.headers)
  }
}

function always(config: Config): () => Config {
  return () => config
}

function oncePerEnv(options: (c: Context) => SessionOptions): (c: Context) => Config {
  const configs = new WeakMap<object, Config>()
  const noEnv = {}
  return (c) => {
    const env: object = c.env ?? noEnv
    let config = configs.get(env)
    if (!config) {
      config = configure(options(c))
      configs.set(env, config)
    }
    return config
  }
}
