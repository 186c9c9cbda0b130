import type { Store } from '../../../src/session/index.ts'

/** What the example needs of a database: a row can be changed if it is still what it was. */
export interface Rows {
  find(key: string): Promise<{ value: string; expires: number } | null>
  /** Resolves to whether the row was still `before`, `null` meaning that there was none. */
  replace(
    key: string,
    before: string | null,
    row: { value: string; expires: number } | null,
  ): Promise<boolean>
}

export function rowsStore(rows: Rows): Store {
  const now = () => Date.now() / 1000 // seconds, with their fraction

  async function get(key: string): Promise<string | null> {
    const row = await rows.find(key)
    return row && row.expires > now() ? row.value : null
  }

  return {
    get,
    async swap(key, before, after, ttl) {
      const found = await rows.find(key)
      const kept = found && found.expires > now() ? found.value : null
      if (kept !== before) return { swapped: false, kept }
      const row = after === null ? null : { value: after, expires: now() + ttl }
      const swapped = await rows.replace(key, found?.value ?? null, row) // atomic, or it is no store
      return { swapped, kept: swapped ? after : await get(key) }
    },
  }
}
