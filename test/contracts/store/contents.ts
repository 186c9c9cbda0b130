import { expect, it } from 'vitest'
import type { Store } from '../../../src/session/index.ts'
import { newKey } from './key.ts'
import { awkward, twins } from './values.ts'

/** Tests that every value and every key is stored unchanged. */
export function testContents(
  store: () => Store,
  { longest = 2 ** 20 }: { readonly longest?: number },
): void {
  it.each(awkward)('returns a value unchanged: %s', async (_, value) => {
    const key = newKey()
    expect(await store().swap(key, null, value, 60)).toEqual({ swapped: true, kept: value })
    expect(await store().get(key)).toBe(value)
    expect(await store().swap(key, 'one', 'two', 60)).toEqual({ swapped: false, kept: value })
    expect(await store().swap(key, value, 'two', 60)).toEqual({ swapped: true, kept: 'two' })
    expect(await store().swap(key, 'two', value, 60)).toEqual({ swapped: true, kept: value })
    expect(await store().swap(key, value, null, 60)).toEqual({ swapped: true, kept: null })
  })

  it.each(twins)('distinguishes %j from %j', async (one, other) => {
    const key = newKey()
    await store().swap(key, null, one, 60)
    expect(await store().swap(key, other, 'two', 60)).toEqual({ swapped: false, kept: one })
    expect(await store().swap(key, other, null, 60)).toEqual({ swapped: false, kept: one })
    expect(await store().get(key)).toBe(one)
  })

  it(`keeps a value of ${longest} characters`, async () => {
    const key = newKey()
    const [one, two] = [`${'x'.repeat(longest - 1)}a`, `${'x'.repeat(longest - 1)}b`]
    // Compared without printing them.
    const swaps = [
      await store().swap(key, null, one, 60),
      await store().swap(key, two, two, 60),
      await store().swap(key, one, two, 60),
    ]
    expect(swaps.map((each) => each.swapped)).toEqual([true, false, true])
    expect(swaps.map((each) => each.kept === one)).toEqual([true, true, false])
    expect((await store().get(key)) === two).toBe(true)
    expect(await store().swap(key, two, null, 60)).toEqual({ swapped: true, kept: null })
  })

  it('keeps many keys apart', async () => {
    const keys = Array.from({ length: 50 }, newKey)
    await Promise.all(keys.map((key) => store().swap(key, null, `value of ${key}`, 60)))
    await Promise.all(keys.slice(25).map((key) => store().swap(key, `value of ${key}`, null, 60)))
    const found = await Promise.all(keys.map((key) => store().get(key)))
    expect(found).toEqual(keys.map((key, i) => (i < 25 ? `value of ${key}` : null)))
  })

  it('distinguishes keys that look alike, up to 128 characters', async () => {
    const stem = `${newKey()}_-:`.padEnd(126, 'x')
    const keys = [`${stem}aa`, `${stem}aA`, `${stem}a`, stem, `${stem.slice(0, -1)}_`, `${stem}__`]
    for (const key of keys) {
      expect(await store().swap(key, null, `value of ${key}`, 60)).toMatchObject({ swapped: true })
    }
    const found = await Promise.all(keys.map((key) => store().get(key)))
    expect(found).toEqual(keys.map((key) => `value of ${key}`))
  })

  it.each(['__proto__', 'constructor', '0'])('finds the key %s only once written', async (key) => {
    expect(await store().get(key)).toBeNull()
    expect(await store().swap(key, null, 'one', 60)).toEqual({ swapped: true, kept: 'one' })
    expect(await store().get(key)).toBe('one')
    expect(await store().swap(key, 'one', null, 60)).toEqual({ swapped: true, kept: null })
  })
}
