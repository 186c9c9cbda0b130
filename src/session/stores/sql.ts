import type { Store } from '../store.ts'

/** Values of a statement's placeholders. */
export type SqlParameters = (string | number)[]

/**
 * Sends one statement by itself, outside any transaction, to the primary database, and resolves with
 * its rows as objects. It rejects when the database answers with an error.
 *
 * @param statement - With the placeholders `$1`, `$2` … for PostgreSQL, and `?` for SQLite.
 */
export type SqlRun = (statement: string, parameters: SqlParameters) => Promise<readonly unknown[]>

/** Options of `sqlStore()`, `sqlSchema()` and `sweepSql()`. */
export interface SqlOptions {
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
 * Each call is one statement, and a second one for a swap that SQLite refuses or that finds a record
 * where it should create one. PostgreSQL must be at its default isolation level, READ COMMITTED: at a
 * stricter one a conflict is an error (SQLSTATE 40001). Its `get` is not cached by Hyperdrive. A
 * session is limited by a row: 1 GB, or what the client and the database allow.
 *
 * Neither database deletes expired records by itself: call `sweepSql()` once an hour or so.
 *
 * @throws {TypeError} When `dialect` or `table` is not valid.
 * @see https://www.postgresql.org/docs/current/transaction-iso.html#XACT-READ-COMMITTED
 * @see https://developers.cloudflare.com/hyperdrive/concepts/query-caching/
 *
 * @example
 * ```ts
 * import pg from 'pg'
 *
 * const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
 * const run: SqlRun = async (statement, parameters) => (await pool.query(statement, parameters)).rows
 * const store = sqlStore(run, { dialect: 'postgres' })
 * ```
 */
export function sqlStore(run: SqlRun, options: SqlOptions): Store {
  const { table, isPostgres, send } = bind(run, options)
  // Hyperdrive caches what a query returns, unless it calls now().
  const uncached = isPostgres ? ' AND now() IS NOT NULL' : ''

  async function get(key: string): Promise<string | null> {
    const [statement, parameters] = lookup(table, key)
    const [row] = (await send([statement + uncached, parameters])) as { value?: unknown }[]
    if (!row) return null
    if (typeof row.value === 'string') return row.value
    throw new TypeError('sqlStore(): run() must resolve to the rows as objects')
  }

  return {
    get,
    async swap(key, before, after, ttl) {
      // Only a race that is over when `get` looks at it is tried again.
      for (let tries = 0; tries < 10; tries++) {
        const statement = changeOf(table, { key, before, after, ttl })
        if (statement && (await send(statement)).length > 0) return { swapped: true, kept: after }
        const kept = await get(key)
        if (!statement || kept !== before) return { swapped: kept === before, kept }
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
    `CREATE TABLE IF NOT EXISTS ${table} (key ${text} PRIMARY KEY NOT NULL, value ${text} NOT NULL, expires bigint NOT NULL)${isPostgres ? '' : ' WITHOUT ROWID'}`,
    `CREATE INDEX IF NOT EXISTS ${table}_expires ON ${table} (expires)`,
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

/** A statement, with `?` for each of its parameters. */
type Statement = Parameters<SqlRun>

const alive = 'WHERE key = ? AND expires > ?'

/** Reads a value. @internal */
export function lookup(table: string, key: string): Statement {
  return [`SELECT value FROM ${table} ${alive}`, [key, now()]]
}

/** What a swap changes. */
interface Change {
  readonly key: string
  readonly before: string | null
  readonly after: string | null
  readonly ttl: number
}

/** Makes a change, and returns a row if it did; `null` for nothing instead of nothing. @internal */
export function changeOf(table: string, { key, before, after, ttl }: Change): Statement | null {
  const expires = Math.ceil(Date.now() / 1000) + ttl
  const unchanged = `${alive} AND value = ? RETURNING 1`
  if (before !== null) {
    if (after === null) return [`DELETE FROM ${table} ${unchanged}`, [key, now(), before]]
    const update = `UPDATE ${table} SET value = ?, expires = ? ${unchanged}`
    return [update, [after, expires, key, now(), before]]
  }
  // An expired record is as good as none, so a new one takes its place.
  const insert = `INSERT INTO ${table} (key, value, expires) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires = excluded.expires WHERE ${table}.expires <= ? RETURNING 1`
  return after === null ? null : [insert, [key, after, expires, now()]]
}

/**
 * Deletes some of the records that have expired. The outer test spares one that is renewed after the
 * inner test has found it.
 *
 * @internal
 */
export function sweep(table: string, most: number): Statement {
  const expired = `SELECT key FROM ${table} WHERE expires <= ? LIMIT ?`
  const statement = `DELETE FROM ${table} WHERE expires <= ? AND key IN (${expired})`
  return [statement, [now(), now(), most]]
}

/** Seconds since the epoch: this machine's clock, as everywhere in a session. */
function now(): number {
  return Math.floor(Date.now() / 1000)
}

function bind(run: SqlRun, options: SqlOptions) {
  const { dialect, table } = checked(options)
  const isPostgres = dialect === 'postgres'
  const send = ([statement, parameters]: Statement) =>
    run(isPostgres ? numbered(statement) : statement, parameters)
  return { table, isPostgres, send }
}

function checked({ dialect, table = 'sessions' }: SqlOptions): Required<SqlOptions> {
  if (dialect !== 'postgres' && dialect !== 'sqlite') {
    throw new TypeError(`SqlOptions: dialect is "${dialect}", give postgres or sqlite`)
  }
  if (!validTable.test(table)) {
    throw new TypeError(`SqlOptions: table is "${table}", give letters, digits and _, at most 55`)
  }
  return { dialect, table }
}

function numbered(statement: string): string {
  let count = 0
  return statement.replaceAll('?', () => `$${++count}`)
}
