import type { Store } from '../store.ts'
import {
  changeOf,
  lockedChange,
  lookup,
  numbered,
  type Statement,
  sweep,
} from './sql-statements.ts'

/**
 * Sends one statement by itself, outside any transaction, to the primary database, and resolves with
 * its rows as objects. It rejects when the database answers with an error.
 *
 * @param statement - With the placeholders `$1`, `$2` … for PostgreSQL, and `?` for SQLite.
 */
export type SqlRun = (
  statement: string,
  parameters: (string | number)[],
) => Promise<readonly unknown[]>

/** Options of `sqlStore()`, `sqlSchema()` and `sweepSql()`. */
export interface SqlOptions {
  /** The database's language. */
  readonly dialect: 'postgres' | 'sqlite'
  /**
   * The table's name, exactly as it is in the database: at most 55 letters, digits and `_`.
   *
   * @default 'sessions'
   */
  readonly table?: string
}

// PostgreSQL cuts longer names off, also that of the index.
const validTable = /^\w{1,55}$/

const sweptAtOnce = 1000

/**
 * Keeps sessions in a table of PostgreSQL or SQLite, through whatever client you have. `sqlSchema()`
 * makes the table. No update is lost.
 *
 * Each call is one statement. After a swap that is refused, SQLite takes a second one to read the value
 * that is there. A record is limited by a row: 1 GB, or what the client and the database allow.
 *
 * PostgreSQL must be at its default isolation level, READ COMMITTED: at a stricter one a conflict is an
 * error (SQLSTATE 40001). Hyperdrive does not cache what the store reads. A file of SQLite that several
 * processes share needs a busy timeout, such as `PRAGMA busy_timeout = 5000`.
 *
 * Neither database deletes expired records by itself: call `sweepSql()` once an hour or so.
 *
 * @throws {TypeError} When `dialect` or `table` is not valid.
 * @see https://www.postgresql.org/docs/current/transaction-iso.html#XACT-READ-COMMITTED
 * @see https://developers.cloudflare.com/hyperdrive/concepts/query-caching/
 *
 * @example
 * ```ts
 * // pg, also through Hyperdrive, and Neon's Pool
 * const run: SqlRun = async (statement, parameters) => (await pool.query(statement, parameters)).rows
 * // postgres.js
 * const run: SqlRun = async (statement, parameters) => sql.unsafe(statement, parameters)
 * // Neon over HTTP, with sql = neon(url)
 * const run: SqlRun = (statement, parameters) => sql.query(statement, parameters)
 * // node:sqlite, bun:sqlite and better-sqlite3
 * const run: SqlRun = async (statement, parameters) => db.prepare(statement).all(...parameters)
 * // libSQL and Turso
 * const run: SqlRun = async (sql, args) => (await client.execute({ sql, args })).rows
 *
 * app.use(session({ secret, store: sqlStore(run, { dialect: 'postgres' }) }))
 * ```
 */
export function sqlStore(run: SqlRun, options: SqlOptions): Store {
  const { table, isPostgres, send } = bind(run, options)

  async function get(key: string): Promise<string | null> {
    const [statement, parameters] = lookup(table, key)
    // Hyperdrive caches what a query returns, unless it calls now().
    const uncached = isPostgres ? ' AND now() IS NOT NULL' : ''
    const [row] = await send([statement + uncached, parameters])
    return row ? toText(row.value) : null
  }

  return {
    get,
    async swap(key, before, after, ttl) {
      const change = changeOf(table, key, before, after, ttl)
      if (isPostgres && change && before !== null) {
        const [row] = await send([lockedChange(table, after), change[1]])
        if (row?.kept === null) return { swapped: true, kept: after }
        return { swapped: false, kept: row ? toText(row.kept) : null }
      }
      // A refusal that `get` does not confirm is retried: the race is over.
      for (let tries = 0; tries < 100; tries++) {
        if (change && (await send(change)).length > 0) return { swapped: true, kept: after }
        const kept = await get(key)
        if (!change || kept !== before) return { swapped: kept === before, kept }
      }
      throw new Error('sqlStore(): reads are stale, let run() ask the primary')
    },
  }
}

/**
 * Makes the statements that create the table and its index, if they do not exist. Run them once, in a
 * migration.
 *
 * @throws {TypeError} When `dialect` or `table` is not valid.
 *
 * @example
 * ```ts
 * for (const statement of sqlSchema({ dialect: 'postgres' })) await pool.query(statement)
 * ```
 */
export function sqlSchema(options: SqlOptions): string[] {
  const { dialect, table } = checked(options)
  const isPostgres = dialect === 'postgres'
  // "C" compares bytes, whatever the database's locale and the version of its rules.
  const text = isPostgres ? 'text COLLATE "C"' : 'text'
  return [
    `CREATE TABLE IF NOT EXISTS "${table}" (key ${text} PRIMARY KEY NOT NULL, value ${text} NOT NULL, expires bigint NOT NULL)${isPostgres ? '' : ' WITHOUT ROWID'}`,
    `CREATE INDEX IF NOT EXISTS "${table}_expires" ON "${table}" (expires)`,
  ]
}

/**
 * Deletes the records that have expired, a thousand with each statement. Call it once an hour or so.
 *
 * @returns How many it deleted.
 * @throws {TypeError} When `dialect` or `table` is not valid.
 *
 * @example
 * ```ts
 * setInterval(() => sweepSql(run, { dialect: 'postgres' }).catch(console.error), 3_600_000)
 * ```
 */
export async function sweepSql(run: SqlRun, options: SqlOptions): Promise<number> {
  const { table, send } = bind(run, options)
  const [statement, parameters] = sweep(table, sweptAtOnce)
  for (let swept = 0; ; ) {
    const { length } = await send([`${statement} RETURNING 1`, parameters])
    swept += length
    if (length < sweptAtOnce) return swept
  }
}

function bind(run: SqlRun, options: SqlOptions) {
  if (typeof run !== 'function') {
    throw new TypeError('sqlStore(): run is no function: give one that sends a statement')
  }
  const { dialect, table } = checked(options)
  const isPostgres = dialect === 'postgres'
  const send = ([statement, parameters]: Statement) =>
    run(isPostgres ? numbered(statement) : statement, parameters) as Promise<Row[]>
  return { table: `"${table}"`, isPostgres, send }
}

interface Row {
  readonly value?: unknown
  readonly kept?: unknown
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value
  throw new TypeError('sqlStore(): run() must resolve to the rows as objects')
}

function checked(options: SqlOptions | undefined): Required<SqlOptions> {
  const { dialect, table = 'sessions' } = { ...options }
  if (dialect !== 'postgres' && dialect !== 'sqlite') {
    throw new TypeError(
      `SqlOptions: dialect is ${JSON.stringify(dialect)}: give postgres or sqlite`,
    )
  }
  if (!validTable.test(table)) {
    throw new TypeError(
      `SqlOptions: table is ${JSON.stringify(table)}: give letters, digits and _, at most 55`,
    )
  }
  return { dialect, table }
}
