import type { MiddlewareHandler } from 'hono'
import { session } from '../session/index.ts'

/** The state of one part of the set-up. */
export interface Finding {
  readonly check: string
  /** What is wrong and what to do, or what is right. It never contains a secret. */
  readonly message: string
  readonly isFine: boolean
}

/** What is known about a project besides its bindings. */
export interface Facts {
  /** Whether one request can wake another: not on Workers with an early compatibility date. */
  readonly canWake?: boolean | undefined
  /** Where visitors find the site. */
  readonly url?: URL | undefined
  /** Whether the site runs on Node, Deno or Bun: see src/servers. */
  readonly isServer?: boolean
}

type Env = Readonly<Record<string, unknown>>

/** What a store requires, by its name in SESSION_STORE, on Workers. */
const needsOnWorkers: Record<string, readonly string[]> = {
  cookie: [],
  kv: ['SESSIONS_KV'],
  d1: ['SESSIONS_DB'],
  'durable-object': ['SESSIONS'],
  redis: ['REDIS_URL', 'REDIS_TOKEN'],
}
const needsOnServers: Record<string, readonly string[]> = {
  cookie: [],
  memory: [],
  sql: [],
  redis: ['REDIS_URL'],
  'deno-kv': [],
}

/** On from 2024-10-14: https://developers.cloudflare.com/workers/configuration/compatibility-flags/ */
export const wakingFlag = 'handle_cross_request_promise_resolution'
export const wakingSince = '2024-10-14'

/** Examines a set-up: its secret, its store, the runtime, and whether browsers will keep the cookie. */
export async function examine(env: Env, facts: Facts = {}): Promise<Finding[]> {
  const findings = [secret(env), store(env, facts), await table(env), runtime(facts), cookie(facts)]
  return findings.filter((finding) => finding !== null)
}

function secret({ SESSION_SECRET }: Env): Finding {
  try {
    session({ secret: SESSION_SECRET as string })
    return fine('secret', 'SESSION_SECRET is set')
  } catch (error) {
    const reason = (error as Error).message.replace(/^session\(\): /, '')
    return problem(
      'secret',
      `SESSION_SECRET: ${reason}. For development npm run dev writes one to .dev.vars; ` +
        'of the deployed Worker it is set by: npx wrangler secret put SESSION_SECRET',
    )
  }
}

function store(env: Env, { isServer = false }: Facts): Finding {
  const name = String(env.SESSION_STORE || 'cookie')
  const needs = isServer ? needsOnServers : needsOnWorkers
  const needed = Object.hasOwn(needs, name) ? needs[name] : undefined
  if (!needed) {
    const names = Object.keys(needs).join(', ')
    return problem('store', `SESSION_STORE is ${JSON.stringify(name)}: set it to one of ${names}`)
  }
  const missing = needed.filter((binding) => !env[binding])
  if (missing.length === 0) return fine('store', `SESSION_STORE is ${name}`)
  const cure = isServer
    ? 'set it in the environment'
    : 'bind it in wrangler.toml, or set it with: npx wrangler secret put'
  return problem('store', `SESSION_STORE is ${name}, which needs ${missing.join(' and ')}: ${cure}`)
}

/** Asks D1 for its table, if sessions are there. */
async function table({ SESSION_STORE, SESSIONS_DB }: Env): Promise<Finding | null> {
  if (SESSION_STORE !== 'd1' || !SESSIONS_DB) return null
  const database = SESSIONS_DB as { prepare(sql: string): { run(): Promise<unknown> } }
  try {
    await database.prepare('SELECT key, value, expires FROM sessions LIMIT 0').run()
    return fine('table', 'D1 has its table')
  } catch (error) {
    return problem(
      'table',
      `D1 says ${JSON.stringify((error as Error).message)}: make its table with ` +
        'npm run migrate -- --local, or --remote for the deployed one',
    )
  }
}

function runtime({ canWake }: Facts): Finding | null {
  if (canWake === undefined) return null
  if (canWake)
    return fine('runtime', 'requests that change one session at once wait for each other')
  return problem(
    'runtime',
    'requests that change one session at once compete instead of waiting: set compatibility_date ' +
      `in wrangler.toml to ${wakingSince} or later, or add the flag ${wakingFlag}`,
  )
}

/** The cookie is `Secure`: over plain http browsers keep it for localhost only. */
function cookie({ url }: Facts): Finding | null {
  if (!url) return null
  if (url.protocol === 'https:') return fine('cookie', `browsers keep it at ${url.origin}`)
  if (isLocal(url))
    return fine('cookie', 'Chrome, Edge and Firefox keep it over http on this machine')
  return problem(
    'cookie',
    `${url.origin} is plain http, where browsers drop a Secure cookie and every page begins a new ` +
      'session: use https (npm run dev -- --local-protocol https)',
  )
}

/**
 * Examines the set-up at the first page of a development server, and logs what is wrong with it.
 *
 * `wrangler deploy` puts `"production"` for NODE_ENV, and leaves out what is not used then.
 */
export function doctor(): MiddlewareHandler {
  return (globalThis as Runtime).process?.env.NODE_ENV === 'production'
    ? (_, next) => next()
    : examineOnce()
}

interface Runtime {
  readonly process?: { readonly env: { readonly NODE_ENV?: string } }
}

function examineOnce(): MiddlewareHandler {
  let isDone = false
  return async function doctor(c, next) {
    const url = new URL(c.req.url)
    // `wrangler dev` and the like; requests of tests have no Accept.
    if (!isDone && isLocal(url) && c.req.header('Accept') !== undefined) {
      isDone = true
      await logProblems(c.env ?? {}, url)
    }
    await next()
  }
}

async function logProblems(env: Env, url: URL): Promise<void> {
  const facts = { url, canWake: canWake(), isServer: env.SERVER_REVOCATIONS !== undefined }
  for (const { isFine, check, message } of await examine(env, facts)) {
    if (!isFine) console.warn(`doctor: ${check}: ${message}`)
  }
}

/** Asks the Workers runtime; others have no such limit. */
function canWake(): boolean | undefined {
  const { Cloudflare } = globalThis as {
    Cloudflare?: { compatibilityFlags?: Record<string, boolean> }
  }
  return Cloudflare?.compatibilityFlags?.[wakingFlag]
}

function isLocal({ hostname }: URL): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\]|.+\.localhost)$/.test(hostname)
}

function fine(check: string, message: string): Finding {
  return { check, message, isFine: true }
}

function problem(check: string, message: string): Finding {
  return { check, message, isFine: false }
}
