// sqlStore() through the client of Neon over HTTP, which a Worker uses. A PostgreSQL in this process
// stands for Neon's servers: https://neon.com/docs/serverless/serverless-driver
import { PGlite } from '@electric-sql/pglite'
import { neon, neonConfig } from '@neondatabase/serverless'
import { afterAll, beforeAll } from 'vitest'
import { sqlSchema } from '../../../src/session/stores/sql.ts'
import { loadContract } from '../../contracts/store/load.ts'
import { storeContract } from '../../contracts/store.ts'
import { withNeon } from '../../docs/stores/sql.ts'

/** What the client sends, and wants each value of a row as PostgreSQL writes it. */
interface Query {
  readonly query: string
  readonly params: unknown[]
}

const db = new PGlite()
beforeAll(async () => {
  for (const statement of sqlSchema({ dialect: 'postgres' })) await db.query(statement)
})
afterAll(() => db.close())

neonConfig.fetchFunction = async (url: string, { body }: { body: string }) => {
  if (url.includes('nowhere')) throw new TypeError('fetch failed')
  const { query, params }: Query = JSON.parse(body)
  try {
    const { fields, rows } = await db.query<unknown[]>(query, params, { rowMode: 'array' })
    const texts = rows.map((row) => row.map((value) => (value === null ? null : String(value))))
    return Response.json({ fields, rows: texts, rowCount: rows.length, command: '' })
  } catch (error) {
    return Response.json({ message: (error as Error).message }, { status: 400 })
  }
}

const at = (host: string) => withNeon(neon(`postgres://user:password@${host}/db`))

storeContract('sqlStore() through @neondatabase/serverless', () => at('ep.example.com'), {
  broken: () => at('ep.nowhere.example'),
})
loadContract('sqlStore() through @neondatabase/serverless', () => at('ep.example.com'))
