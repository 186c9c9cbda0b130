import { describe, expect, it, vi } from 'vitest'
import {
  type SqlOptions,
  type SqlRun,
  sqlSchema,
  sqlStore,
  sweepSql,
} from '../../src/session/stores/sql.ts'

const dialects = ['postgres', 'sqlite'] as const

/** A client that returns the same rows to each statement. */
function returning(rows: unknown) {
  return vi.fn<SqlRun>(async () => rows as unknown[])
}

/** The placeholders of a statement; PostgreSQL may use one of its own several times. */
function placesOf(statement: string, dialect: (typeof dialects)[number]): string[] {
  if (dialect === 'sqlite') return statement.match(/\?(?!\d)/g) ?? []
  return [...new Set(statement.match(/\$\d+/g))]
}

describe('options of the SQL store', () => {
  const uses: Record<string, (options: SqlOptions) => unknown> = {
    sqlStore: (options) => sqlStore(returning([]), options),
    sqlSchema: (options) => sqlSchema(options),
  }

  describe.each(Object.entries(uses))('%s()', (_, use) => {
    it.each(['', 'a b', 'a-b', 'a.b', 'a"b', 'a;b', 'a\n', 'größe', 'a'.repeat(56)])(
      'refuses the table %j',
      (table) => {
        expect(() => use({ dialect: 'postgres', table })).toThrow(TypeError)
        expect(() => use({ dialect: 'sqlite', table })).toThrow(/table is .*letters, digits and _/)
      },
    )

    it.each(['sessions', 'Sessions_2', '_', 'a'.repeat(55)])('takes the table %s', (table) => {
      for (const dialect of dialects) expect(() => use({ dialect, table })).not.toThrow()
    })

    it.each(['mysql', '', undefined, 'toString'])('refuses the dialect %s', (dialect) => {
      expect(() => use({ dialect } as never)).toThrow(TypeError)
      expect(() => use({ dialect } as never)).toThrow(/dialect is .*postgres or sqlite/)
    })
  })

  it('are checked before sweepSql() sends anything', async () => {
    const run = returning([])
    await expect(sweepSql(run, { dialect: 'sqlite', table: 'a b' })).rejects.toThrow(TypeError)
    expect(run).not.toHaveBeenCalled()
  })
})

describe('what sqlStore() sends', () => {
  it.each(dialects)('holds no key and no value in its text: %s', async (dialect) => {
    const run = returning([])
    const store = sqlStore(run, { dialect, table: 'visits' })
    await store.get('the-key')
    for (const [before, after] of [
      [null, 'the-new'],
      ['the-old', 'the-new'],
      ['the-old', null],
      [null, null],
    ] as const) {
      await store.swap('the-key', before, after, 60).catch(() => undefined)
    }
    for (const [statement, parameters] of run.mock.calls) {
      expect(statement).toContain('visits')
      expect(statement).not.toContain('the-')
      expect(parameters).toContain('the-key')
      expect(placesOf(statement, dialect)).toHaveLength(parameters.length)
      expect(parameters.every((each) => typeof each === 'string' || Number.isInteger(each))).toBe(
        true,
      )
    }
  })

  it('numbers the placeholders of PostgreSQL from 1', async () => {
    const run = returning([{ kept: null }])
    await sqlStore(run, { dialect: 'postgres' }).swap('key', 'one', 'two', 60)
    const statement = run.mock.calls[0]?.[0] ?? ''
    expect(placesOf(statement, 'postgres').sort()).toEqual(['$1', '$2', '$3', '$4', '$5'])
  })

  it('is not cached by Hyperdrive, which caches no query that calls now()', async () => {
    const run = returning([])
    await sqlStore(run, { dialect: 'postgres' }).get('key')
    expect(run.mock.calls[0]?.[0]).toContain('now()')
  })

  it.each(dialects)(
    'is one statement for a get and for a swap that replaces: %s',
    async (dialect) => {
      const run = returning([{ value: 'one', kept: null }])
      const store = sqlStore(run, { dialect })
      expect(await store.get('key')).toBe('one')
      expect(await store.swap('key', 'one', 'two', 60)).toEqual({ swapped: true, kept: 'two' })
      expect(run).toHaveBeenCalledTimes(2)
    },
  )
})

describe('what sqlStore() is given', () => {
  it.each([
    ['rows as lists', [['one']]],
    ['rows with other columns', [{ VALUE: 'one' }]],
    ['a value that was parsed', [{ value: { a: 1 } }]],
    ['a value as bytes', [{ value: new Uint8Array(3) }]],
    ['a value of null', [{ value: null }]],
    ['the result in place of its rows', { rows: [{ value: 'one' }] }],
    ['nothing', undefined],
  ])('is not taken for a value when it is %s', async (_, rows) => {
    for (const dialect of dialects) {
      await expect(sqlStore(returning(rows), { dialect }).get('key')).rejects.toThrow(TypeError)
    }
  })

  it.each([
    ['the result in place of its rows', { rows: [], rowCount: 1 }],
    ['nothing', undefined],
  ])('is not taken for a refusal when it is %s', async (_, rows) => {
    const store = sqlStore(returning(rows), { dialect: 'sqlite' })
    await expect(store.swap('key', 'one', 'two', 60)).rejects.toThrow(TypeError)
  })

  it('is an error if reads come from a replica that stays behind', async () => {
    const run: SqlRun = async (statement) =>
      statement.startsWith('SELECT') ? [{ value: 'one' }] : []
    const store = sqlStore(run, { dialect: 'sqlite' })
    await expect(store.swap('key', 'one', 'two', 60)).rejects.toThrow('ask the primary')
  })

  it('is the value that is there, in one statement, where PostgreSQL refuses a swap', async () => {
    const run = returning([{ kept: 'other' }])
    const store = sqlStore(run, { dialect: 'postgres' })
    const refused = { swapped: false, kept: 'other' }
    expect(await store.swap('key', 'one', 'two', 60)).toEqual(refused)
    expect(await store.swap('key', 'one', null, 60)).toEqual(refused)
    expect(run).toHaveBeenCalledTimes(2)
  })

  it.each([[{ kept: true }], [{ swapped: true }], [[null]]])(
    'is not taken for a swap when its row is %j',
    async (row) => {
      const store = sqlStore(returning([row]), { dialect: 'postgres' })
      await expect(store.swap('key', 'one', 'two', 60)).rejects.toThrow(TypeError)
    },
  )

  it('is passed on when it is an error', async () => {
    const cause = new Error('connection lost')
    const store = sqlStore(() => Promise.reject(cause), { dialect: 'sqlite' })
    await expect(store.get('key')).rejects.toBe(cause)
    await expect(store.swap('key', null, 'one', 60)).rejects.toBe(cause)
  })

  it('is an error even if a client throws where it should reject', async () => {
    const run: SqlRun = () => {
      throw new Error('not even a promise')
    }
    const store = sqlStore(run, { dialect: 'sqlite' })
    await expect(store.get('key')).rejects.toThrow('not even a promise')
    await expect(store.swap('key', null, 'one', 60)).rejects.toThrow('not even a promise')
  })
})
