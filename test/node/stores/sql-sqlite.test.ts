import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createClient } from '@libsql/client'
import { afterAll, describe, expect, it } from 'vitest'
import { type SqlRun, sqlSchema, sweepSql } from '../../../src/session/stores/sql.ts'
import { loadContract } from '../../contracts/store/load.ts'
import { storeContract } from '../../contracts/store.ts'
import { usersContract } from '../../contracts/users.ts'
import { withLibsql, withSqlite } from '../../docs/stores/sql.ts'

const sqlite = { dialect: 'sqlite' } as const
const directory = mkdtempSync(join(tmpdir(), 'edge-session-sqlite-'))
const path = join(directory, 'sessions.db')
const db = new DatabaseSync(path)
const libsql = createClient({ url: `file:${join(directory, 'libsql.db')}` })
for (const statement of sqlSchema(sqlite)) {
  db.exec(statement)
  await libsql.execute(statement)
}

afterAll(() => {
  db.close()
  libsql.close()
  rmSync(directory, { recursive: true })
})

const run: SqlRun = async (statement, parameters) => db.prepare(statement).all(...parameters)

function closed(): DatabaseSync {
  const other = new DatabaseSync(':memory:')
  other.close()
  return other
}

function closedLibsql() {
  const other = createClient({ url: 'file::memory:' })
  other.close()
  return other
}

storeContract('node:sqlite', () => withSqlite(db), { broken: () => withSqlite(closed()) })
usersContract('node:sqlite', () => withSqlite(db))
loadContract('node:sqlite', () => withSqlite(db))

storeContract('libSQL', () => withLibsql(libsql), { broken: () => withLibsql(closedLibsql()) })
loadContract('libSQL', () => withLibsql(libsql))

describe('sqlSchema() for SQLite', () => {
  it('leaves a table alone that exists', () => {
    for (const statement of sqlSchema(sqlite)) db.exec(statement)
  })

  it.each(['order', 'Visits_2', '2'])('makes a table by the name of %s', async (table) => {
    const options = { ...sqlite, table }
    for (const statement of sqlSchema(options)) db.exec(statement)
    expect(await sweepSql(run, options)).toBe(0)
  })

  it('lets a record be found by its key, and expired ones by the index', () => {
    const plan = (sql: string) => JSON.stringify(db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all())
    expect(plan("SELECT value FROM sessions WHERE key = 'a' AND expires > 1")).toContain(
      'SEARCH sessions USING PRIMARY KEY (key=?)',
    )
    expect(plan('SELECT key FROM sessions WHERE expires <= 1 LIMIT 9')).toContain(
      'USING COVERING INDEX sessions_expires (expires<?)',
    )
  })
})

describe('sweepSql() on SQLite', () => {
  it('deletes a backlog of expired records, and no other', async () => {
    db.exec('DELETE FROM sessions')
    await withSqlite(db).swap('alive', null, 'one', 60)
    db.exec(
      `WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
      INSERT INTO sessions SELECT 'expired:' || i, 'one', 1 FROM n`,
    )
    expect(await sweepSql(run, sqlite)).toBe(2500)
    expect(await sweepSql(run, sqlite)).toBe(0)
    expect(db.prepare('SELECT key FROM sessions').all()).toEqual([{ key: 'alive' }])
  })

  it('deletes expired records through libSQL', async () => {
    const run: SqlRun = async (sql, args) => (await libsql.execute({ sql, args })).rows
    await libsql.execute("INSERT INTO sessions VALUES ('expired', 'one', 1)")
    expect(await sweepSql(run, sqlite)).toBe(1)
  })

  it('stops when its last statement deletes exactly a thousand', async () => {
    db.exec(
      `WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
      INSERT INTO sessions SELECT 'expired:' || i, 'one', 1 FROM n`,
    )
    expect(await sweepSql(run, sqlite)).toBe(1000)
  })

  it('rejects when the database fails', async () => {
    const broken: SqlRun = () => Promise.reject(new Error('down'))
    await expect(sweepSql(broken, sqlite)).rejects.toThrow('down')
  })
})
