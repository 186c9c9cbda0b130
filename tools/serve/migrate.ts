import { readFile } from 'node:fs/promises'

/** The part of a D1 database that is needed here. */
interface Database {
  prepare(statement: string): { run(): Promise<unknown> }
}

/** Creates the tables of the site's migrations, as `wrangler d1 migrations apply` does. */
export async function migrate(database: Database): Promise<void> {
  const file = new URL('../../migrations/0001_sessions.sql', import.meta.url)
  const statements = (await readFile(file, 'utf8')).replaceAll(/--.*/g, '').split(';')
  for (const each of statements) if (each.trim()) await database.prepare(each).run()
}
