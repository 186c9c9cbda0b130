import { expect, it } from 'vitest'
import type { Store } from '../../../src/session/index.ts'
import { newKey } from './key.ts'

const values = Array.from({ length: 20 }, (_, i) => `[1700000000,1700000000,{"winner":${i}}]`)

/** Tests 20 swaps of one key at the same time. */
export function testRaces(
  store: () => Store,
  { atomic = true }: { readonly atomic?: boolean },
): void {
  if (atomic) testAtomic(store)
  else testLossy(store)
}

function testAtomic(store: () => Store): void {
  it.each([
    ['create', null],
    ['replace', 'one'],
  ])('lets one of 20 swaps win that %s, and returns its value to the others', async (_, before) => {
    const key = newKey()
    if (before !== null) await store().swap(key, null, before, 60)
    const swaps = await Promise.all(values.map((value) => store().swap(key, before, value, 60)))
    const winners = values.filter((_, i) => swaps[i]?.swapped)
    expect(winners).toHaveLength(1)
    expect(swaps.map((each) => each.kept)).toEqual(values.map(() => winners[0]))
    expect(await store().get(key)).toBe(winners[0])
  })

  it('lets one of 20 swaps win that replace or delete', async () => {
    const key = newKey()
    await store().swap(key, null, 'one', 60)
    const afters = values.map((value, i) => (i % 2 ? value : null))
    const swaps = await Promise.all(afters.map((after) => store().swap(key, 'one', after, 60)))
    const winners = swaps.filter((each) => each.swapped)
    expect(winners).toHaveLength(1)
    expect(swaps.map((each) => each.kept)).toEqual(afters.map(() => winners[0]?.kept))
    expect(await store().get(key)).toBe(winners[0]?.kept)
  })

  it('lets one of 20 swaps win that write the same value', async () => {
    const key = newKey()
    await store().swap(key, null, 'one', 60)
    const swaps = await Promise.all(values.map(() => store().swap(key, 'one', 'two', 60)))
    expect(swaps.filter(({ swapped }) => swapped)).toHaveLength(1)
    expect(swaps.map(({ kept }) => kept)).toEqual(values.map(() => 'two'))
  })

  it('loses none of 20 concurrent changes that are retried from the returned value', async () => {
    const key = newKey()
    await Promise.all(values.map((value) => append(store(), key, value)))
    const kept: string[] = JSON.parse((await store().get(key)) ?? '[]')
    expect(kept.sort()).toEqual([...values].sort())
  })
}

function testLossy(store: () => Store): void {
  it('keeps the value of one of 20 swaps, even if several are told that they won', async () => {
    const key = newKey()
    await store().swap(key, null, 'one', 60)
    const swaps = await Promise.all(values.map((value) => store().swap(key, 'one', value, 60)))
    const winners = values.filter((_, i) => swaps[i]?.swapped)
    expect(winners.length).toBeGreaterThanOrEqual(1)
    expect(winners).toContain(await store().get(key))
  })
}

/** Adds to a list as the library does: to the current value, again after each conflict. */
async function append(store: Store, key: string, value: string): Promise<void> {
  let before = await store.get(key)
  // For each refusal another swap has succeeded, so 20 attempts are enough.
  for (let attempts = 0; attempts < values.length; attempts++) {
    const after = JSON.stringify([...JSON.parse(before ?? '[]'), value])
    const { swapped, kept } = await store.swap(key, before, after, 60)
    if (swapped) return
    before = kept
  }
  throw new Error('refused more often than there were others')
}
