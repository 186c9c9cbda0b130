import { PGlite } from '@electric-sql/pglite'
import { session } from 'edge-session'
import { sqlSchema, sqlStore } from 'edge-session/stores/sql'
import { Hono } from 'hono'
import { env } from 'hono/adapter'

interface Data {
  visits: number
}

// PostgreSQL in this process, in the directory `data`. With a server of its own, only `run` differs:
// `async (text, values) => (await pool.query(text, values)).rows` with the client `pg`.
const database = await PGlite.create('data')
for (const statement of sqlSchema({ dialect: 'postgres' })) await database.exec(statement)

const store = sqlStore(
  async (text, values) => (await database.query<Record<string, unknown>>(text, [...values])).rows,
  { dialect: 'postgres' },
)

const app = new Hono()
  .use(session<Data>((c) => ({ secret: env<{ SESSION_SECRET: string }>(c).SESSION_SECRET, store })))
  .get('/', async (c) => {
    const session = await c.var.session()
    return c.text(`Visit ${session.update('visits', (n = 0) => n + 1)}`)
  })

export default app
