import { beforeEach, expect, it, vi } from 'vitest'
import type { Store } from '../../../src/session/index.ts'
import { newKey } from './key.ts'
import type { StoreContractOptions } from './options.ts'

const longestTtl = 34_560_000 // that sessions ask for: 400 days

/** Tests when records expire. */
export function testTime(store: () => Store, { ttl = 60, pass }: StoreContractOptions): void {
  let key: string
  beforeEach(() => {
    key = newKey()
    if (pass) return
    // From now on, for backends with their own clock, and late in a second, to reveal rounding errors.
    vi.useFakeTimers({ toFake: ['Date'], now: Math.ceil(Date.now() / 1000) * 1000 + 900 })
  })

  /** Lets a part of the ttl pass. A store may be a second late, never early. */
  async function wait(part: number): Promise<void> {
    const seconds = part < 1 ? part * ttl : part * ttl + 1
    await (pass ? pass(seconds) : vi.setSystemTime(Date.now() + seconds * 1000))
  }

  it('expires a record after its ttl', async () => {
    await store().swap(key, null, 'one', ttl)
    await wait(0.9)
    expect(await store().get(key)).toBe('one')
    await wait(1)
    expect(await store().get(key)).toBeNull()
  })

  it('expires a created record after its ttl', async () => {
    await (store().create?.(key, 'one', ttl) ?? store().swap(key, null, 'one', ttl))
    await wait(0.9)
    expect(await store().get(key)).toBe('one')
    await wait(1)
    expect(await store().get(key)).toBeNull()
  })

  if (!pass) {
    it('does not expire a record a moment too early', async () => {
      await store().swap(key, null, 'one', ttl)
      vi.setSystemTime(Date.now() + ttl * 1000 - 1)
      expect(await store().get(key)).toBe('one')
      expect(await store().swap(key, 'one', 'two', 60)).toEqual({ swapped: true, kept: 'two' })
    })
  }

  it('swaps as if there were no record once it has expired', async () => {
    await store().swap(key, null, 'one', ttl)
    await wait(1)
    expect(await store().swap(key, 'one', 'two', ttl)).toEqual({ swapped: false, kept: null })
    expect(await store().swap(key, 'one', null, ttl)).toEqual({ swapped: false, kept: null })
    expect(await store().swap(key, null, null, ttl)).toEqual({ swapped: true, kept: null })
    expect(await store().swap(key, null, 'two', ttl)).toEqual({ swapped: true, kept: 'two' })
    expect(await store().get(key)).toBe('two')
    await wait(1)
    expect(await store().get(key)).toBeNull()
  })

  it.each(['one', 'two'])('starts the ttl again when it replaces "one" by "%s"', async (after) => {
    await store().swap(key, null, 'one', ttl)
    await wait(0.6)
    expect(await store().swap(key, 'one', after, ttl)).toEqual({ swapped: true, kept: after })
    await wait(0.6)
    expect(await store().get(key)).toBe(after)
    await wait(1)
    expect(await store().get(key)).toBeNull()
  })

  it('leaves the ttl alone on a read or a refused swap', async () => {
    await store().swap(key, null, 'one', ttl)
    await wait(0.5)
    await store().swap(key, 'zero', 'two', ttl * 10)
    await store().swap(key, 'zero', null, ttl * 10)
    await store().swap(key, null, 'two', ttl * 10)
    await store().swap(key, null, null, ttl * 10)
    expect(await store().get(key)).toBe('one')
    await wait(1)
    expect(await store().get(key)).toBeNull()
  })

  it('uses the ttl of the last swap, longer or shorter', async () => {
    const other = newKey()
    for (const each of [key, other]) await store().swap(each, null, 'one', ttl * 5)
    await store().swap(key, 'one', 'two', ttl)
    await store().swap(other, 'one', null, ttl * 5)
    await store().swap(other, null, 'two', ttl * 10)
    await wait(1)
    expect(await store().get(key)).toBeNull()
    expect(await store().get(other)).toBe('two')
  })

  it('keeps a record for 400 days', async () => {
    await store().swap(key, null, 'one', longestTtl)
    if (!pass) vi.setSystemTime(Date.now() + (longestTtl - 1) * 1000)
    expect(await store().get(key)).toBe('one')
  })
}
