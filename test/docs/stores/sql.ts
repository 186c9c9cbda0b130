import { sqlSchema, sqlStore, sweepSql } from '../../../src/session/stores/sql.ts'

// #region postgres
// pg, and Neon's Pool: make one when the app starts
export function withPg(pool: {
  query(text: string, values: (string | number)[]): Promise<{ rows: Record<string, unknown>[] }>
}) {
  return sqlStore(async (statement, parameters) => (await pool.query(statement, parameters)).rows, {
    dialect: 'postgres',
  })
}

// postgres.js
export function withPostgresJs(sql: {
  unsafe(text: string, values: (string | number)[]): PromiseLike<Record<string, unknown>[]>
}) {
  return sqlStore(async (statement, parameters) => sql.unsafe(statement, parameters), {
    dialect: 'postgres',
  })
}

// Neon over HTTP, from a Worker: const sql = neon(c.env.DATABASE_URL)
export function withNeon(sql: {
  query(text: string, values: (string | number)[]): Promise<Record<string, unknown>[]>
}) {
  return sqlStore((statement, parameters) => sql.query(statement, parameters), {
    dialect: 'postgres',
  })
}
// #endregion

// #region sqlite
// node:sqlite, bun:sqlite and better-sqlite3
export function withSqlite(db: { prepare(sql: string): { all(...values: never[]): unknown[] } }) {
  return sqlStore(
    async (statement, parameters) =>
      db.prepare(statement).all(...(parameters as never[])) as Record<string, unknown>[],
    { dialect: 'sqlite' },
  )
}

// libSQL and Turso
export function withLibsql(client: {
  execute(query: { sql: string; args: never[] }): Promise<{ rows: unknown[] }>
}) {
  return sqlStore(
    async (sql, parameters) => {
      const { rows } = await client.execute({ sql, args: parameters as never[] })
      return rows as Record<string, unknown>[]
    },
    { dialect: 'sqlite' },
  )
}
// #endregion

// #region schema
export async function migrate(run: Parameters<typeof sqlStore>[0]): Promise<void> {
  for (const statement of sqlSchema({ dialect: 'postgres' })) await run(statement, [])
}

/** Call it once an hour or so. */
export async function sweep(run: Parameters<typeof sqlStore>[0]): Promise<void> {
  const deleted = await sweepSql(run, { dialect: 'postgres' })
  console.log(`${deleted} expired sessions were deleted`)
}
// #endregion
