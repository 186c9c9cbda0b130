import type { Store } from '../session/index.ts'
import { type SqlRun, sqlSchema, sqlStore, sweepSql } from '../session/stores/sql.ts'

const dialect = 'sqlite'
const hour = 60 * 60 * 1000

/** Keeps sessions in SQLite: makes the table, and deletes each hour what has expired. */
export async function sqliteStore(run: SqlRun): Promise<Store> {
  for (const statement of sqlSchema({ dialect })) await run(statement, [])
  const sweep = () => sweepSql(run, { dialect }).catch((error) => console.error(error.message))
  setInterval(sweep, hour)
  return sqlStore(run, { dialect })
}
