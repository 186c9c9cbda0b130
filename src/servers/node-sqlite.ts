import { DatabaseSync } from 'node:sqlite'
import type { SqlRun } from '../session/stores/sql.ts'

/** Opens a file of SQLite by what Node and Deno have built in. */
export async function openSqlite(path: string): Promise<SqlRun> {
  const database = new DatabaseSync(path)
  database.exec('PRAGMA journal_mode = WAL')
  return async (statement, parameters) => database.prepare(statement).all(...parameters)
}
