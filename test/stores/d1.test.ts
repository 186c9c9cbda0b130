import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type D1Binding, type D1Statement, d1Store, sweepD1 } from '../../src/session/stores/d1.ts'
import { storeContract } from '../contracts/store.ts'
import { usersContract } from '../contracts/users.ts'

const db = env.SESSIONS_DB
const start = 1_700_000_000_000

beforeAll(() => applyD1Migrations(db, env.MIGRATIONS))

usersContract('d1Store()', () => d1Store(db))

storeContract('d1Store()', () => d1Store(db), { broken: () => d1Store(down('before')) })

/** The database, failing before it executes a statement or after. */
function down(when: 'before' | 'after'): D1Binding {
  return {
    prepare: (sql) => db.prepare(when === 'before' ? `${sql} FROM nowhere` : sql),
    async batch(statements) {
      await db.batch(statements as D1PreparedStatement[])
      throw new Error('D1_ERROR: Network connection lost.')
    },
  }
}

/** The database, with a record of its calls and their costs. */
function watched() {
  const constraints: string[] = []
  const calls: { statements: number; read: number; written: number }[] = []
  function withSession(constraint: 'first-primary') {
    const queries = db.withSession(constraint)
    constraints.push(constraint)
    return {
      prepare: (sql: string) => queries.prepare(sql),
      async batch<Row>(statements: D1PreparedStatement[]) {
        const results = await queries.batch<Row>(statements)
        const sum = (of: 'rows_read' | 'rows_written') =>
          results.reduce((total, { meta }) => total + meta[of], 0)
        const [read, written] = [sum('rows_read'), sum('rows_written')]
        calls.push({ statements: statements.length, read, written })
        return results
      },
    }
  }
  const watchedDb = { ...down('before'), withSession } as D1Binding
  return { db: watchedDb, constraints, calls: () => calls.splice(0) }
}

async function empty(): Promise<void> {
  await db.exec('DELETE FROM sessions')
}

/** Adds this many expired records. */
async function fill(count: number): Promise<void> {
  const numbers = `VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ${count}`
  const backlog = `WITH RECURSIVE n (i) AS (${numbers}) SELECT 'key' || i, 'one', 1 FROM n`
  await db.exec(`INSERT INTO sessions ${backlog}`)
}

async function rows(): Promise<string[]> {
  const { results } = await db.prepare('SELECT key FROM sessions').all<{ key: string }>()
  return results.map(({ key }) => key)
}

describe('d1Store()', () => {
  beforeEach(empty)

  it.each([`'; DROP TABLE sessions; --`, `x' OR '1'='1`, '?1', '%', '_', '', '"'])(
    'treats SQL as an ordinary key or value: %j',
    async (sql) => {
      const store = d1Store(db)
      await store.swap('other', null, 'kept', 60)
      expect(await store.get(sql)).toBeNull()
      expect(await store.swap(sql, null, sql, 60)).toEqual({ swapped: true, kept: sql })
      expect(await store.swap(sql, 'one', sql, 60)).toEqual({ swapped: false, kept: sql })
      expect(await store.swap(sql, sql, 'two', 60)).toEqual({ swapped: true, kept: 'two' })
      expect(await store.swap(sql, sql, null, 60)).toEqual({ swapped: false, kept: 'two' })
      expect(await store.get('other')).toBe('kept')
      expect((await rows()).sort()).toEqual([sql, 'other'].sort())
    },
  )

  it('loses no update when two handles race for one key', async () => {
    const handles = [d1Store(db), d1Store(db.withSession('first-primary'))]
    async function increment(store: ReturnType<typeof d1Store>): Promise<void> {
      let before = await store.get('count')
      for (let attempts = 0; attempts < 20; attempts++) {
        const { swapped, kept } = await store.swap('count', before, `${Number(before) + 1}`, 60)
        if (swapped) return
        before = kept
      }
    }
    const racing = Array.from({ length: 10 }, () => handles.map(increment)).flat()
    await Promise.all(racing)
    expect(await handles[0]?.get('count')).toBe('20')
  })

  it('asks the primary at each call', async () => {
    const { db: binding, constraints } = watched()
    const store = d1Store(binding)
    await store.get('key')
    await store.swap('key', null, 'one', 60)
    await store.swap('key', null, null, 60)
    expect(constraints).toEqual(Array(3).fill('first-primary'))
  })

  it('works if the database has no withSession()', async () => {
    const old: D1Binding = {
      prepare: (sql) => db.prepare(sql),
      batch: (statements) => db.batch(statements as D1PreparedStatement[]),
    }
    expect(await d1Store(old).swap('key', null, 'one', 60)).toEqual({ swapped: true, kept: 'one' })
    expect(await d1Store(old).get('key')).toBe('one')
  })

  it.each([
    ['creates', null, 'one', 2],
    ['replaces', 'zero', 'one', 2],
    ['deletes', 'zero', null, 1],
    ['is refused', 'one', 'two', 0],
  ])('makes one call for a swap that %s', async (_, before, after, written) => {
    const { db: binding, calls } = watched()
    if (before !== null) await d1Store(db).swap('key', null, 'zero', 60)
    await d1Store(binding).swap('key', before, after, 60)
    expect(calls()).toEqual([{ statements: 2, read: expect.any(Number), written }])
  })

  it('finds a row by its key, and expired rows by the index', async () => {
    async function plan(sql: string): Promise<string> {
      const { results } = await db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all<{ detail: string }>()
      return results.map(({ detail }) => detail).join()
    }
    const read = "SELECT value FROM sessions WHERE key = 'a' AND expires > 1"
    expect(await plan(read)).toBe('SEARCH sessions USING PRIMARY KEY (key=?)')
    expect(await plan('SELECT key FROM sessions WHERE expires <= 1 LIMIT 9')).toBe(
      'SEARCH sessions USING COVERING INDEX sessions_expires (expires<?)',
    )
  })

  it('has swapped even if the response is lost', async () => {
    await expect(d1Store(down('after')).swap('key', null, 'one', 60)).rejects.toThrow('lost')
    expect(await d1Store(db).swap('key', null, 'one', 60)).toEqual({ swapped: false, kept: 'one' })
  })

  it('names the missing table if no migration was applied', async () => {
    await db.exec('ALTER TABLE sessions RENAME TO away')
    const store = d1Store(db)
    const answers = await Promise.allSettled([store.get('key'), store.swap('key', null, 'one', 60)])
    await db.exec('ALTER TABLE away RENAME TO sessions')
    expect(answers).toMatchObject([
      {
        status: 'rejected',
        reason: { message: expect.stringContaining('no such table: sessions') },
      },
      {
        status: 'rejected',
        reason: { message: expect.stringContaining('no such table: sessions') },
      },
    ])
  })
})

describe('sweepD1()', () => {
  beforeEach(empty)
  afterEach(() => {
    vi.useRealTimers()
  })

  it('deletes expired rows only', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: start })
    const store = d1Store(db)
    for (const ttl of [1, 59, 60, 61]) await store.swap(`for-${ttl}`, null, 'one', ttl)
    expect(await sweepD1(db)).toBe(0)
    vi.setSystemTime(start + 60_000)
    expect(await sweepD1(db)).toBe(3)
    expect(await rows()).toEqual(['for-61'])
    expect(await sweepD1(db)).toBe(0)
  })

  it('deletes more than the 40,000 records that a robot makes in an hour', async () => {
    await fill(100_500)
    expect(await sweepD1(db)).toBe(100_500)
    expect(await rows()).toEqual([])
  })

  it('leaves more than 200,000 records to the next run, within the limits of the Free plan', async () => {
    const run = vi.fn(async () => ({ meta: { changes: 5000 } }))
    const statement: D1Statement = { bind: () => statement, first: async () => null, run }
    expect(await sweepD1({ prepare: () => statement, batch: async () => [] })).toBe(200_000)
    expect(run).toHaveBeenCalledTimes(40)
  })

  it('rejects if the database is down', async () => {
    await expect(sweepD1(down('before'))).rejects.toThrow(Error)
  })
})
