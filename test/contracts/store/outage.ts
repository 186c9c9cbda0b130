import { expect, it } from 'vitest'
import type { Store } from '../../../src/session/index.ts'
import { newKey } from './key.ts'

/** Tests that a store whose backend is down says so. */
export function testOutage(broken: () => Store | Promise<Store>): void {
  it('rejects instead of reporting that there is no record', async () => {
    const store = await broken()
    await expect(store.get(newKey())).rejects.toThrow(Error)
  })

  it('rejects when it cannot create', async () => {
    const store = await broken()
    const created = store.create?.(newKey(), 'one', 60) ?? store.swap(newKey(), null, 'one', 60)
    await expect(created).rejects.toThrow(Error)
  })

  it.each([
    ['create', null, 'one'],
    ['replace', 'one', 'two'],
    ['delete', 'one', null],
    ['swap nothing for nothing', null, null],
  ])('rejects when it cannot %s', async (_, before, after) => {
    const store = await broken()
    await expect(store.swap(newKey(), before, after, 60)).rejects.toThrow(Error)
  })
}
