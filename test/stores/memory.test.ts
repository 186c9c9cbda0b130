import { afterEach, describe, expect, it, vi } from 'vitest'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { loadContract } from '../contracts/store/load.ts'
import { storeContract } from '../contracts/store.ts'
import { usersContract } from '../contracts/users.ts'

usersContract('memoryStore()', () => memoryStore())

storeContract('memoryStore()', () => memoryStore())

const shared = memoryStore()
loadContract('memoryStore()', () => ({ ...shared }))

describe('memoryStore()', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  /** Makes a store of three with a, b and c in it, in this order. */
  async function three() {
    const store = memoryStore({ maxEntries: 3 })
    for (const key of 'abc') await store.swap(key, null, key, 60)
    return {
      store,
      async keys(): Promise<string> {
        const found = await Promise.all([...'abcde'].map((key) => store.get(key)))
        return found.filter((text) => text !== null).join('')
      },
    }
  }

  it('evicts the least recently written record when it is full', async () => {
    const { store, keys } = await three()
    await store.swap('d', null, 'd', 60)
    expect(await keys()).toBe('bcd')
  })

  it.each([
    ['read', (store: ReturnType<typeof memoryStore>) => store.get('a')],
    ['replaced', (store: ReturnType<typeof memoryStore>) => store.swap('a', 'a', 'a', 60)],
    [
      'looked at by a swap',
      (store: ReturnType<typeof memoryStore>) => store.swap('a', 'z', 'z', 60),
    ],
  ])('counts a record that was %s as used', async (_, use) => {
    const { store, keys } = await three()
    await use(store)
    await store.swap('d', null, 'd', 60)
    expect(await keys()).toBe('acd')
  })

  it('evicts nothing to replace a value', async () => {
    const { store, keys } = await three()
    await store.swap('c', 'c', 'c', 60)
    await store.swap('a', 'a', 'a', 60)
    expect(await keys()).toBe('abc')
  })

  it('has room again when a record was deleted, or looked up after it expired', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { store, keys } = await three()
    await store.swap('c', 'c', null, 60)
    await store.swap('d', null, 'd', 1)
    expect(await keys()).toBe('abd')
    vi.setSystemTime(Date.now() + 1000)
    expect(await store.get('d')).toBeNull()
    await store.swap('e', null, 'e', 60)
    expect(await keys()).toBe('abe')
  })

  it('never keeps more than maxEntries', async () => {
    const store = memoryStore({ maxEntries: 1 })
    for (const key of 'abc') {
      expect(await store.swap(key, null, key, 60)).toEqual({ swapped: true, kept: key })
    }
    expect(await Promise.all([...'abc'].map((key) => store.get(key)))).toEqual([null, null, 'c'])
  })

  it('keeps 10,000 records by default, and evicts the oldest 1 % for one more', async () => {
    const store = memoryStore()
    for (let i = 0; i < 10_000; i++) await store.swap(`key${i}`, null, 'text', 60)
    expect(await store.get('key0')).toBe('text')
    await store.swap('one more', null, 'text', 60)
    expect(await store.get('key101')).toBeNull()
    expect(await store.get('key102')).toBe('text')
    expect(await store.get('key0')).toBe('text') // used since
    expect(await store.get('one more')).toBe('text')
  })

  it('evicts no list and no revocation for a flood of sessions', async () => {
    const store = memoryStore({ maxEntries: 3 })
    await store.swap('user:mary', null, 'list', 60)
    await store.swap('generation:mary', null, 'since', 60)
    for (let i = 0; i < 10; i++) await store.swap(`session:${i}`, null, 'text', 60)
    expect(await store.get('user:mary')).toBe('list')
    expect(await store.get('generation:mary')).toBe('since')
    expect(await store.get('session:6')).toBeNull()
    expect(await store.get('session:7')).toBe('text')
  })

  it.each(['a', 'a:b', ':'])('evicts within the kind of %j', async (kind) => {
    const store = memoryStore({ maxEntries: 1 })
    const [one, two] = kind === 'a' ? ['a', 'b'] : [`${kind}:1`, `${kind}:2`]
    await store.swap(one, null, 'one', 60)
    await store.swap(two, null, 'two', 60)
    expect([await store.get(one), await store.get(two)]).toEqual([null, 'two'])
  })

  it('shares nothing with another store', async () => {
    await memoryStore().swap('a', null, 'a', 60)
    expect(await memoryStore().get('a')).toBeNull()
  })

  it.each([0, -1, 1.5, Number.NaN, Infinity])('refuses %s for maxEntries', (maxEntries) => {
    expect(() => memoryStore({ maxEntries })).toThrow(RangeError)
    expect(() => memoryStore({ maxEntries })).toThrow(`maxEntries is ${maxEntries}`)
  })
})
