import { join } from 'node:path'
import process from 'node:process'
import { createApp } from '../app/app.tsx'
import type { Bindings, ServerBindings } from '../app/stores.ts'
import type { Store } from '../session/index.ts'
import { memoryStore } from '../session/stores/memory.ts'
import type { SqlRun } from '../session/stores/sql.ts'
import { publicFiles } from './files.ts'
import { redisOver } from './redis.ts'
import { sqliteStore } from './sqlite.ts'

/** How a runtime opens its own databases. */
export interface Runtime {
  /** Opens a file of SQLite. */
  openSqlite(path: string): Promise<SqlRun>
  /** Opens the key-value database of the runtime, if it has one. */
  openKv?(): Promise<Store>
}

/** What the environment sets, as wrangler.toml and secrets do for Workers. */
interface Settings {
  readonly SESSION_SECRET?: string | undefined
  readonly SESSION_STORE?: string | undefined
  readonly SESSIONS_FILE?: string | undefined
  readonly REDIS_URL?: string | undefined
  readonly REDIS_TOKEN?: string | undefined
}

/**
 * Makes the site for a long-running server: static files, and pages with a store that is made once.
 *
 * @throws {Error} When SESSION_STORE names no store that this runtime has.
 */
export async function createSite(
  runtime: Runtime,
): Promise<(request: Request) => Promise<Response>> {
  const settings: Settings = process.env
  const app = createApp()
  const files = publicFiles(join(import.meta.dirname, '../../public'))
  const own: ServerBindings = {
    SERVER_STORE: await storeOf(settings, runtime),
    // Known to this process only, until it ends.
    SERVER_REVOCATIONS: memoryStore(),
  }
  const env = { ...settings, ...own } as Bindings
  return async (request) => (await files(request)) ?? app.fetch(request, env)
}

async function storeOf(settings: Settings, runtime: Runtime): Promise<Store | undefined> {
  const { SESSION_STORE = 'cookie', SESSIONS_FILE = 'sessions.sqlite', REDIS_URL = '' } = settings
  switch (SESSION_STORE) {
    case '':
    case 'cookie':
      return undefined
    case 'memory':
      return memoryStore()
    case 'sql':
      return sqliteStore(await runtime.openSqlite(SESSIONS_FILE))
    case 'redis': // over http(s), src/app/stores.ts makes it
      return /^rediss?:/.test(REDIS_URL) ? redisOver(REDIS_URL) : undefined
    case 'deno-kv':
      if (runtime.openKv) return runtime.openKv()
  }
  const names = ['cookie', 'memory', 'sql', 'redis', ...(runtime.openKv ? ['deno-kv'] : [])]
  throw new Error(
    `SESSION_STORE is ${JSON.stringify(SESSION_STORE)}: on this runtime set it to one of ${names.join(', ')}`,
  )
}
