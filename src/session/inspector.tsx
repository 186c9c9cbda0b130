/** @jsxImportSource hono/jsx */
import { type Context, Hono } from 'hono'
import { raw } from 'hono/html'
import { frameStyle } from './inspector/frame-style.ts'
import { inspect } from './inspector/inspect.ts'
import { SessionStory } from './inspector/story.tsx'
import { inspectorStyle } from './inspector/style.ts'
import { checkOptions, flag, type Rule, string } from './options/validate.ts'
import type { Session } from './session.ts'

/** Options of `inspector()`. */
export interface InspectorOptions {
  /**
   * The name of the session on the context, as in the options of `session()`.
   *
   * @default 'session'
   */
  as?: string
  /**
   * `true`: also in a deployed app. Visitors see only their own session, but an encrypted one
   * in plain text.
   *
   * @default false
   */
  production?: boolean
}

/** Nothing but the style sheet of the page. */
const contentSecurityPolicy =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/**
 * Draws the visitor's session: its cookie byte by byte, its data and flash messages, what came in and
 * what goes out, and how long it lasts. CSRF tokens, signatures and ids are not shown.
 *
 * It is for development: it answers on localhost only, unless `production` is set.
 *
 * @throws {TypeError} When an option is wrong, or `NODE_ENV` is `production` and the option is not
 * set; at a request, when the host is not this machine or no session is mounted.
 *
 * @example
 * ```ts
 * const app = new Hono()
 *   .use(session({ secret }))
 *   .route('/_session', inspector())
 * ```
 */
export function inspector(options: InspectorOptions = {}): Hono {
  checkOptions('inspector(): ', options, rules)
  const { as = 'session', production = false } = options
  if (!production && nodeEnv() === 'production') throw new TypeError(notForProduction)

  return new Hono()
    .use(async (c, next) => {
      if (!production && !isThisMachine(c)) throw new TypeError(notForProduction)
      c.header('Content-Security-Policy', contentSecurityPolicy)
      c.header('X-Content-Type-Options', 'nosniff')
      c.header('Referrer-Policy', 'no-referrer')
      await next()
    })
    .get('/', async (c) => {
      const open = c.get(as as never) as (() => Promise<Session>) | undefined
      if (!open) {
        throw new TypeError(`inspector(): there is no c.var.${as}. Mount session() before it.`)
      }
      const inspection = inspect(await open(), c.req.header('Cookie'))
      const style = `${c.req.path.replace(/\/$/, '')}/style.css`
      return c.html(<Page style={style} inspection={inspection} />)
    })
    .get('/style.css', (c) => {
      return c.body(frameStyle + inspectorStyle, 200, { 'Content-Type': 'text/css; charset=utf-8' })
    })
}

const rules: Record<keyof InspectorOptions, Rule> = {
  as: string(/./, 'a name'),
  production: flag,
}

const notForProduction =
  'inspector(): it is for development. Do not mount it here, or set production: true to show visitors their sessions.'

function nodeEnv(): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }
  return process?.env?.NODE_ENV
}

function isThisMachine(c: Context): boolean {
  const { hostname } = new URL(c.req.url)
  return /^((.+\.)?localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
}

function Page({ style, inspection }: { style: string; inspection: ReturnType<typeof inspect> }) {
  return (
    <>
      {raw('<!doctype html>')}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <meta name="robots" content="noindex" />
          <title>Session inspector</title>
          <link rel="stylesheet" href={style} />
        </head>
        <body>
          <main>
            <h1>Session</h1>
            <SessionStory
              inspection={inspection}
              store={inspection.hasStore ? 'a store' : 'the cookie'}
            />
          </main>
        </body>
      </html>
    </>
  )
}
