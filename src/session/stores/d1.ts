import type { Store } from '../store.ts'

const alive = 'key = ?1 AND expires > ?2'
const select = `SELECT value FROM sessions WHERE ${alive}`
// An entry whose time is up is as good as gone, so that a new one may take its place.
const insert = `INSERT INTO sessions (key, value, expires) VALUES (?1, ?3, ?4)
  ON CONFLICT (key) DO UPDATE SET value = ?3, expires = ?4 WHERE expires <= ?2 RETURNING key`
const update = `UPDATE sessions SET value = ?3, expires = ?4
  WHERE ${alive} AND value = ?5 RETURNING key`
const remove = `DELETE FROM sessions WHERE ${alive} AND value = ?3 RETURNING key`
const sweep = `DELETE FROM sessions
  WHERE key IN (SELECT key FROM sessions WHERE expires <= ?1 LIMIT ?2)`

// A Worker on the Free plan makes 50 queries at most, and none may take 30 seconds.
// https://developers.cloudflare.com/d1/platform/limits/
const sweptAtOnce = 1000
const mostSweeps = 40

/** What is asked of a D1 statement. */
export interface D1Statement {
  /** Gives the statement its parameters. */
  bind(...values: (string | number | null)[]): D1Statement
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
 * Keeps sessions in a D1 database, in the table that `migrations/0001_sessions.sql` makes. It loses
 * nothing: the database does one thing at a time, and a swap is one transaction in it.
 *
 * All is read from the primary, since replicas lag behind. The database is in one place, and requests
 * from afar wait for the way there and back: once for `get`, once for `swap`, whether it replaces or
 * not. D1 repeats a read that failed; a `swap` is never repeated here.
 *
 * Limits: values of somewhat under 2 MB, the size of a row. D1 forgets nothing by itself: call
 * `sweepD1()` from a scheduled handler.
 *
 * Costs: `get` reads one row. `swap` is two statements and reads up to two rows; it writes two (the
 * row and its place in the index), one when it deletes, none when it does not replace.
 *
 * @see https://developers.cloudflare.com/d1/best-practices/read-replication/
 * @see https://developers.cloudflare.com/d1/platform/limits/
 *
 * @example
 * ```ts
 * app.use(session((c) => ({ secret: c.env.SESSION_SECRET, store: d1Store(c.env.SESSIONS_DB) })))
 * ```
 */
export function d1Store(db: D1Binding): Store {
  // A new one each time: only the first query of a session is sure to go to the primary.
  const primary = () => db.withSession?.('first-primary') ?? db

  async function get(key: string): Promise<string | null> {
    const row = await primary().prepare(select).bind(key, now()).first<{ value: string }>()
    return row?.value ?? null
  }

  return {
    get,
    async swap(key, before, after, ttl) {
      if (before === null && after === null) {
        const kept = await get(key)
        return { swapped: kept === null, kept }
      }
      const queries = primary()
      const time = now()
      const [sql, ...values] = change(before, after, Math.ceil(Date.now() / 1000) + ttl)
      const write = queries.prepare(sql).bind(key, time, ...values)
      const read = queries.prepare(select).bind(key, time)
      const [written, found] = await queries.batch<{ value: string }>([write, read])
      return { swapped: written?.results.length === 1, kept: found?.results[0]?.value ?? null }
    },
  }
}

/**
 * Deletes what has expired, 40 000 entries at most. For a scheduled handler, once an hour or so.
 *
 * Costs one row written and a few read for each entry, by one statement for a thousand.
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
  const statement = db.prepare(sweep).bind(now(), sweptAtOnce)
  let swept = 0
  for (let i = 0; i < mostSweeps; i++) {
    const { changes } = (await statement.run()).meta
    swept += changes
    if (changes < sweptAtOnce) break
  }
  return swept
}

/** Chooses the statement that makes a change, and what it needs after the key and the time. */
function change(before: string | null, after: string | null, expires: number) {
  if (after === null) return [remove, before] as const
  if (before === null) return [insert, after, expires] as const
  return [update, after, expires, before] as const
}

/** Seconds since the epoch: the Worker's own clock, as everywhere in a session. */
function now(): number {
  return Math.floor(Date.now() / 1000)
}
