import { DatabaseSync } from 'node:sqlite'
import type { SqlRun } from '../session/stores/sql.ts'

/** Opens an SQLite file with the driver that is built into Node and Deno. */
export async function openSqlite(path: string): Promise<SqlRun> {
  const database = new DatabaseSync(path)
  database.exec('PRAGMA journal_mode = WAL')
  return async (statement, parameters) => database.prepare(statement).all(...parameters)
}
