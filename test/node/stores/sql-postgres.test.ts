import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SqlRun, sqlSchema, sqlStore, sweepSql } from '../../../src/session/stores/sql.ts'
import {
  type PostgresServer,
  postgresVersion,
  startPostgres,
} from '../../../tools/serve/postgres-server.ts'
import { freePort } from '../../../tools/serve/redis-server.ts'
import { newKey } from '../../contracts/store/key.ts'
import { loadContract } from '../../contracts/store/load.ts'
import { storeContract } from '../../contracts/store.ts'
import { usersContract } from '../../contracts/users.ts'
import { withPg, withPostgresJs } from '../../docs/stores/sql.ts'

const options = { dialect: 'postgres' } as const

/** Milliseconds in which a database starts, also on a machine that is busy with other tests. */
const slow = 120_000

describe('PGlite', () => {
  const db = new PGlite()
  const run: SqlRun = async (statement, parameters) => (await db.query(statement, parameters)).rows
  const store = sqlStore(run, options)
  beforeAll(async () => {
    for (const statement of sqlSchema(options)) await db.query(statement)
    await closed.close()
  }, slow)
  afterAll(() => db.close())

  const closed = new PGlite()
  const broken = () =>
    sqlStore(async (statement, given) => (await closed.query(statement, given)).rows, options)

  storeContract('sqlStore()', () => store, { broken })
  loadContract('sqlStore()', () => sqlStore(run, options))

  it('makes a table with a name that PostgreSQL reserves, or would write in lower case', async () => {
    for (const table of ['order', 'Visits_2', '2', 'x'.repeat(55)]) {
      const named = { ...options, table }
      for (const statement of [...sqlSchema(named), ...sqlSchema(named)]) await db.query(statement)
      expect(await sqlStore(run, named).swap('key', null, 'one', 60)).toMatchObject({
        swapped: true,
      })
      const { rows } = await db.query('SELECT indexname FROM pg_indexes WHERE tablename = $1', [
        table,
      ])
      expect(rows).toContainEqual({ indexname: `${table}_expires` })
    }
  })

  it('finds a record by its key, and expired ones by the index', async () => {
    await db.exec('SET enable_seqscan = off')
    const plan = async (sql: string) => JSON.stringify((await db.query(`EXPLAIN ${sql}`)).rows)
    expect(
      await plan(
        "SELECT value FROM sessions WHERE key = 'a' AND expires > 1 AND now() IS NOT NULL",
      ),
    ).toContain('Index Scan using sessions_pkey')
    expect(await plan('SELECT key FROM sessions WHERE expires <= 1 LIMIT 9')).toContain(
      'sessions_expires',
    )
    await db.exec('RESET enable_seqscan')
  })

  it('rejects U+0000, which PostgreSQL cannot store, rather than change it', async () => {
    const key = newKey()
    await expect(store.swap(key, null, 'a\0b', 60)).rejects.toThrow()
    expect(await store.get(key)).toBeNull()
  })
})

const missing = postgresVersion ?? 'not tested: this machine has no PostgreSQL'
if (postgresVersion === null) console.warn(`sqlStore() on a PostgreSQL server: ${missing}`)

describe.skipIf(postgresVersion === null)(`a server, ${missing}`, () => {
  let server: PostgresServer
  let pool: pg.Pool
  let sql: postgres.Sql
  const run: SqlRun = async (statement, parameters) =>
    (await pool.query(statement, parameters)).rows

  beforeAll(async () => {
    server = await startPostgres()
    pool = new pg.Pool({ connectionString: server.url, max: 20 })
    pool.on('error', () => undefined) // the server stops before idle clients are gone
    sql = postgres(server.url, { max: 20, onnotice: () => undefined })
    for (const statement of sqlSchema(options)) await pool.query(statement)
  }, slow)
  afterAll(async () => {
    await sql?.end()
    await pool?.end()
    await server?.stop()
  })

  async function down() {
    return { host: '127.0.0.1', port: await freePort(), connect_timeout: 1 }
  }

  storeContract('through pg', () => withPg(pool), {
    broken: async () => withPg(new pg.Pool(await down())),
  })
  usersContract('sqlStore() through pg', () => withPg(pool))
  loadContract('sqlStore() through pg', () => withPg(pool))

  storeContract('through postgres.js', () => withPostgresJs(sql), {
    broken: async () => withPostgresJs(postgres(await down())),
  })
  loadContract('sqlStore() through postgres.js', () => withPostgresJs(sql))

  it('rejects U+0000, which PostgreSQL cannot store, rather than change it', async () => {
    const key = newKey()
    await expect(withPg(pool).swap(key, null, 'a\0b', 60)).rejects.toThrow()
    expect(await withPg(pool).get(key)).toBeNull()
  })

  it('rejects what was not applied, and loses nothing, at an isolation level that is too strict', async () => {
    const strict = new pg.Pool({
      connectionString: server.url,
      max: 20,
      options: '-c default_transaction_isolation=serializable',
    })
    const key = newKey()
    const store = withPg(strict)
    await store.swap(key, null, '0', 60)
    let [done, codes] = [0, new Set<unknown>()]
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        for (let i = 0; i < 20; i++) {
          try {
            const before = await store.get(key)
            const { swapped } = await store.swap(key, before, String(Number(before) + 1), 60)
            if (swapped) done++
          } catch (error) {
            codes.add((error as { code?: unknown }).code)
          }
        }
      }),
    )
    expect([...codes]).toEqual(['40001'])
    expect(await store.get(key)).toBe(String(done))
    await strict.end()
  })

  describe('sweepSql()', () => {
    const throughPostgresJs: SqlRun = async (statement, parameters) =>
      sql.unsafe(statement, parameters)

    it.each([
      ['pg', run],
      ['postgres.js', throughPostgresJs],
    ])('deletes a backlog of expired records, and no other, through %s', async (_, run) => {
      await pool.query('DELETE FROM sessions')
      await withPg(pool).swap('alive', null, 'one', 60)
      await pool.query(
        "INSERT INTO sessions SELECT 'expired:' || i, 'one', 1 FROM generate_series(1, 2500) AS i",
      )
      expect(await sweepSql(run, options)).toBe(2500)
      expect(await sweepSql(run, options)).toBe(0)
      expect((await pool.query('SELECT key FROM sessions')).rows).toEqual([{ key: 'alive' }])
    })

    it('spares a record that is renewed while it waits for it', async () => {
      await pool.query("INSERT INTO sessions VALUES ('renewed', 'one', 1)")
      const other = await pool.connect()
      await other.query('BEGIN')
      await other.query("UPDATE sessions SET expires = 9999999999 WHERE key = 'renewed'")
      const sweeping = sweepSql(run, options)
      await expect.poll(waiting).toBe(1)
      await other.query('COMMIT')
      other.release()
      expect(await sweeping).toBe(0)
      expect(await withPg(pool).get('renewed')).toBe('one')
    })

    /** How many connections wait for a lock. */
    async function waiting(): Promise<number> {
      const { rows } = await pool.query(
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'",
      )
      return rows[0].n
    }
  })
})
