// The site on Bun: npm run dev:bun

import { Database } from 'bun:sqlite'
import process from 'node:process'
import type { SqlRun } from '../session/stores/sql.ts'
import { createSite } from './site.ts'

async function openSqlite(path: string): Promise<SqlRun> {
  const database = new Database(path)
  database.run('PRAGMA journal_mode = WAL')
  return async (statement, parameters) => database.query(statement).all(...parameters)
}

export default {
  fetch: await createSite({ openSqlite }),
  port: Number(process.env.PORT || 8787),
  hostname: process.env.HOST || 'localhost',
}
