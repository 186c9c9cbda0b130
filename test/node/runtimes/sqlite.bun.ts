import { Database } from 'bun:sqlite'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { sqlSchema, sweepSql } from '../../../src/session/stores/sql.ts'
import { loadContract } from '../../contracts/store/load.ts'
import { storeContract } from '../../contracts/store.ts'
import { usersContract } from '../../contracts/users.ts'
import { withSqlite } from '../../docs/stores/sql.ts'

const sqlite = { dialect: 'sqlite' } as const
const directory = mkdtempSync(join(tmpdir(), 'edge-session-bun-'))
const db = new Database(join(directory, 'sessions.db'))
for (const statement of sqlSchema(sqlite)) db.run(statement)

afterAll(() => {
  db.close()
  rmSync(directory, { recursive: true })
})

function closed(): Database {
  const other = new Database(':memory:')
  other.close()
  return other
}

storeContract('bun:sqlite', () => withSqlite(db), { broken: () => withSqlite(closed()) })
usersContract('bun:sqlite', () => withSqlite(db))
loadContract('bun:sqlite', () => withSqlite(db))

it('sweepSql() deletes expired records', async () => {
  db.run('DELETE FROM sessions')
  db.run("INSERT INTO sessions VALUES ('expired', 'one', 1), ('alive', 'one', 9999999999)")
  const swept = await sweepSql(
    async (statement, given) => db.prepare(statement).all(...given),
    sqlite,
  )
  expect(swept).toBe(1)
  expect(await withSqlite(db).get('alive')).toBe('one')
})
