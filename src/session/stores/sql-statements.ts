import type { Store } from '../store.ts'

/** A statement with its parameters. */
export type Statement = [statement: string, parameters: (string | number)[]]

// Plain `?`, and parameters repeated: several clients do not take `?1`.
const alive = 'WHERE key = ? AND expires > ?'

/** Reads the value under a key. */
export function lookup(table: string, key: string): Statement {
  return [`SELECT value FROM ${table} ${alive}`, [key, now()]]
}

/**
 * Makes a change, and returns a row if it did.
 *
 * @returns `null` if there is nothing to change: no record is to be replaced by none.
 */
export function changeOf(
  table: string,
  ...[key, before, after, ttl]: Parameters<Store['swap']>
): Statement | null {
  const expires = Math.ceil(Date.now() / 1000) + ttl
  const unchanged = `${alive} AND value = ? RETURNING 1`
  if (before !== null) {
    if (after === null) return [`DELETE FROM ${table} ${unchanged}`, [key, now(), before]]
    const update = `UPDATE ${table} SET value = ?, expires = ? ${unchanged}`
    return [update, [after, expires, key, now(), before]]
  }
  if (after === null) return null
  // An expired record counts as none, so a new one takes its place.
  const insert = `INSERT INTO ${table} (key, value, expires) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires = excluded.expires WHERE ${table}.expires <= ? RETURNING 1`
  return [insert, [key, after, expires, now()]]
}

/**
 * Replaces or deletes in PostgreSQL, by one statement that returns `kept`: `null` if it did, else the
 * value that is there. Without the lock it may return a value that has just been replaced. Its
 * parameters are those of `changeOf`.
 */
export function lockedChange(table: string, after: string | null): string {
  const [key, write] =
    after === null
      ? [1, `DELETE FROM ${table} AS s USING found WHERE s.key = $1 AND found.value = $3`]
      : [
          3,
          `UPDATE ${table} AS s SET value = $1, expires = $2 FROM found WHERE s.key = $3 AND found.value = $5`,
        ]
  return `WITH found AS (SELECT value FROM ${table} WHERE key = $${key} AND expires > $${key + 1} FOR UPDATE), written AS (${write} RETURNING 1) SELECT CASE WHEN EXISTS (SELECT 1 FROM written) THEN NULL ELSE value END AS kept FROM found`
}

/**
 * Deletes some of the records that have expired. The outer test spares one that is renewed after the
 * inner test has found it.
 */
export function sweep(table: string, most: number): Statement {
  const inner = `SELECT key FROM ${table} WHERE expires <= ? LIMIT ?`
  return [`DELETE FROM ${table} WHERE expires <= ? AND key IN (${inner})`, [now(), now(), most]]
}

/** Writes placeholders as PostgreSQL does. */
export function numbered(statement: string): string {
  let count = 0
  return statement.replaceAll('?', () => `$${++count}`)
}

/** Seconds since the epoch: this machine's clock, as everywhere in a session. */
function now(): number {
  return Math.floor(Date.now() / 1000)
}
