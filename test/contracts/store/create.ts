import { beforeEach, expect, it } from 'vitest'
import type { Store } from '../../../src/session/index.ts'
import { newKey } from './key.ts'

/** Tests the first record of a key as the library writes it: by `create`, or by `swap` without it. */
export function testCreate(store: () => Store): void {
  let key: string
  beforeEach(() => {
    key = newKey()
  })

  async function create(value: string) {
    return store().create?.(key, value, 60) ?? store().swap(key, null, value, 60)
  }

  it('writes the first record of a key, which can then be swapped', async () => {
    expect(await create('one')).toEqual({ swapped: true, kept: 'one' })
    expect(await store().get(key)).toBe('one')
    expect(await store().swap(key, 'one', 'two', 60)).toEqual({ swapped: true, kept: 'two' })
  })

  it('leaves the record in place when it is repeated', async () => {
    await create('one')
    expect(await create('one')).toMatchObject({ kept: 'one' })
    expect(await store().get(key)).toBe('one')
  })

  it('returns the current value if the key is in use', async () => {
    await store().swap(key, null, 'one', 60)
    const { swapped, kept } = await create('two')
    expect(kept).toBe(swapped ? 'two' : 'one')
    expect(await store().get(key)).toBe(kept)
  })
}
