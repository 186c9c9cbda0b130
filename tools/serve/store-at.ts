import type { Store } from '../../src/session/index.ts'
import { type DenoKv, denoKvStore } from '../../src/session/stores/deno-kv.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { redisStore } from '../../src/session/stores/redis.ts'
import { type SqlOptions, type SqlRun, sqlSchema, sqlStore } from '../../src/session/stores/sql.ts'

// Clients are loaded where they are needed: a start takes long enough, and Deno's is not Node's.
const openers: Record<string, (url: string) => Promise<Store>> = {
  'redis:': redisAt,
  'postgres:': postgresAt,
  'sqlite:': sqliteAt,
  'deno-kv:': denoKvAt,
}

/**
 * Opens a store, and makes its table.
 *
 * @param url - `redis:`, `postgres:`, or `sqlite:` and `deno-kv:` with a path. Without one sessions are
 * in the memory of this process.
 */
export async function storeAt(url?: string): Promise<Store> {
  if (!url) return memoryStore()
  const open = openers[new URL(url).protocol]
  if (!open) throw new Error(`there is no store at ${url}`)
  return open(url)
}

/** Makes the table, and a store of it. */
export async function sqlStoreOf(run: SqlRun, options: SqlOptions): Promise<Store> {
  for (const statement of sqlSchema(options)) await run(statement, [])
  return sqlStore(run, options)
}

async function redisAt(url: string): Promise<Store> {
  const { createClient } = await import('redis')
  const client = createClient({ url, disableOfflineQueue: true })
  await client.on('error', console.error).connect()
  return redisStore((command) => client.sendCommand(command))
}

async function postgresAt(connectionString: string): Promise<Store> {
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ connectionString, max: 20 }).on('error', console.error)
  const run: SqlRun = async (statement, parameters) =>
    (await pool.query(statement, parameters)).rows
  return sqlStoreOf(run, { dialect: 'postgres' })
}

async function sqliteAt(url: string): Promise<Store> {
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(url.slice('sqlite:'.length))
  database.exec('PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL')
  const run: SqlRun = async (statement, parameters) =>
    database.prepare(statement).all(...parameters)
  return sqlStoreOf(run, { dialect: 'sqlite' })
}

async function denoKvAt(url: string): Promise<Store> {
  const { Deno } = globalThis as { Deno?: { openKv(path: string): Promise<DenoKv> } }
  if (!Deno) throw new Error('Deno KV is a part of Deno: run this there')
  return denoKvStore(await Deno.openKv(url.slice('deno-kv:'.length)))
}
