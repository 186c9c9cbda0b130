import { assertGiven, type Store } from '../store.ts'
import { changeOf, lookup, type Statement, sweep } from './sql-statements.ts'

// The one that migrations/0001_sessions.sql makes.
const table = 'sessions'

const missing = 'd1Store(): there is no D1 database: bind one in wrangler.toml'

// A statement that changes hundreds of thousands of rows, or hundreds of megabytes, fails in D1.
const sweptAtOnce = 5000
// A Worker on the Free plan may make 50 queries.
const mostSweeps = 40

/** What is asked of a D1 statement. */
export interface D1Statement {
  /** Gives the statement its parameters. */
  bind(...values: (string | number)[]): D1Statement
  /** Runs it and returns the first row. */
  first<Row>(): Promise<Row | null>
  /** Runs it. */
  run(): Promise<{ meta: { changes: number } }>
}

/** What is asked of a D1 database, or of a session with it. */
export interface D1Queries {
  /** Prepares a statement. */
  prepare(sql: string): D1Statement
  /** Runs statements in one transaction. */
  batch<Row>(statements: D1Statement[]): Promise<{ results: Row[] }[]>
}

/** What `d1Store()` needs of a D1 database. */
export interface D1Binding extends D1Queries {
  /** Begins a session that reads from the primary. */
  withSession?(constraint: 'first-primary'): D1Queries
}

/**
 * Keeps sessions in a D1 database, in the table that `migrations/0001_sessions.sql` makes. No update is
 * lost: the database runs one transaction at a time, and a swap is one.
 *
 * Everything is read from the primary, since replicas lag behind. The database is in one place, and a
 * distant request waits for one round trip for a `get`, and for one for a `swap`, whether it replaces or
 * not. D1 repeats a read that failed; a `swap` is never repeated here.
 *
 * Limits: a value of somewhat under 2 MB, the size of a row. D1 does not delete expired records by
 * itself: call `sweepD1()` from a scheduled handler.
 *
 * Costs: `get` reads one row. `swap` is two statements and reads up to two rows; it writes two (the row
 * and its place in the index), one when it deletes, none when it does not replace.
 *
 * @throws {TypeError} When there is no database.
 * @see https://developers.cloudflare.com/d1/best-practices/read-replication/
 * @see https://developers.cloudflare.com/d1/platform/limits/
 *
 * @example
 * ```ts
 * app.use(session((c) => ({ secret: c.env.SESSION_SECRET, store: d1Store(c.env.SESSIONS_DB) })))
 * ```
 */
export function d1Store(db: D1Binding): Store {
  assertGiven(db, missing)
  // A new one each time: only the first query of a session is sure to go to the primary.
  const primary = () => db.withSession?.('first-primary') ?? db

  async function get(key: string): Promise<string | null> {
    const row = await prepare(primary(), lookup(table, key)).first<{ value: string }>()
    return row?.value ?? null
  }

  return {
    get,
    async swap(key, before, after, ttl) {
      const change = changeOf(table, key, before, after, ttl)
      const queries = primary()
      const read = prepare(queries, lookup(table, key))
      const [written, found = written] = await queries.batch<{ value: string }>(
        change ? [prepare(queries, change), read] : [read],
      )
      const kept = found?.results[0]?.value ?? null
      return { swapped: change ? written?.results.length === 1 : kept === null, kept }
    },
  }
}

/**
 * Deletes the records that have expired, at most 200,000: by 40 statements, as many as a Worker on the
 * Free plan may make, of 5,000 records each. Once an hour is enough for most sites; once a minute keeps
 * up with 12 million records an hour, which is more than D1 can write.
 *
 * Costs one row written for each record, and a few read.
 *
 * @returns How many it deleted.
 *
 * @example
 * ```ts
 * const scheduled = async (_: unknown, env: Env) => void (await sweepD1(env.SESSIONS_DB))
 * export default { fetch: app.fetch, scheduled }
 * ```
 */
export async function sweepD1(db: D1Binding): Promise<number> {
  assertGiven(db, missing)
  const statement = prepare(db, sweep(table, sweptAtOnce))
  let swept = 0
  for (let i = 0; i < mostSweeps; i++) {
    const { changes } = (await statement.run()).meta
    swept += changes
    if (changes < sweptAtOnce) break
  }
  return swept
}

function prepare(queries: D1Queries, [statement, parameters]: Statement) {
  return queries.prepare(statement).bind(...parameters)
}
