import { beforeEach, expect, it } from 'vitest'
import type { Store } from '../../../src/session/index.ts'
import { newKey } from './key.ts'

/** Tests one caller's swaps, and what `get` then returns. */
export function testSwap(store: () => Store): void {
  let key: string
  beforeEach(() => {
    key = newKey()
  })

  it('finds no record under a key that was never used', async () => {
    expect(await store().get(key)).toBeNull()
  })

  it('creates a record if there is none', async () => {
    expect(await store().swap(key, null, 'one', 60)).toEqual({ swapped: true, kept: 'one' })
    expect(await store().get(key)).toBe('one')
  })

  it('refuses to create if there is a record, and returns its value', async () => {
    await store().swap(key, null, 'one', 60)
    expect(await store().swap(key, null, 'two', 60)).toEqual({ swapped: false, kept: 'one' })
    expect(await store().swap(key, null, 'one', 60)).toEqual({ swapped: false, kept: 'one' })
    expect(await store().get(key)).toBe('one')
  })

  it('replaces a value', async () => {
    await store().swap(key, null, 'one', 60)
    expect(await store().swap(key, 'one', 'two', 60)).toEqual({ swapped: true, kept: 'two' })
    expect(await store().get(key)).toBe('two')
  })

  it('replaces a value with an equal one', async () => {
    await store().swap(key, null, 'one', 60)
    expect(await store().swap(key, 'one', 'one', 60)).toEqual({ swapped: true, kept: 'one' })
    expect(await store().get(key)).toBe('one')
  })

  it('refuses to replace a value that has changed, and returns the current one', async () => {
    await store().swap(key, null, 'one', 60)
    await store().swap(key, 'one', 'two', 60)
    expect(await store().swap(key, 'one', 'three', 60)).toEqual({ swapped: false, kept: 'two' })
    expect(await store().swap(key, 'one', 'two', 60)).toEqual({ swapped: false, kept: 'two' })
    expect(await store().get(key)).toBe('two')
  })

  it('refuses to replace a value that was never there', async () => {
    expect(await store().swap(key, 'one', 'two', 60)).toEqual({ swapped: false, kept: null })
    expect(await store().get(key)).toBeNull()
  })

  it('deletes a record, and creates another in its place', async () => {
    await store().swap(key, null, 'one', 60)
    expect(await store().swap(key, 'one', null, 60)).toEqual({ swapped: true, kept: null })
    expect(await store().get(key)).toBeNull()
    expect(await store().swap(key, 'one', 'two', 60)).toEqual({ swapped: false, kept: null })
    expect(await store().swap(key, null, 'two', 60)).toEqual({ swapped: true, kept: 'two' })
    expect(await store().get(key)).toBe('two')
  })

  it('refuses to delete a value that has changed, and returns the current one', async () => {
    await store().swap(key, null, 'one', 60)
    await store().swap(key, 'one', 'two', 60)
    expect(await store().swap(key, 'one', null, 60)).toEqual({ swapped: false, kept: 'two' })
    expect(await store().get(key)).toBe('two')
  })

  it('refuses to delete a value that was never there', async () => {
    expect(await store().swap(key, 'one', null, 60)).toEqual({ swapped: false, kept: null })
  })

  it('swaps nothing for nothing only if there is no record', async () => {
    expect(await store().swap(key, null, null, 60)).toEqual({ swapped: true, kept: null })
    await store().swap(key, null, 'one', 60)
    expect(await store().swap(key, null, null, 60)).toEqual({ swapped: false, kept: 'one' })
    expect(await store().get(key)).toBe('one')
  })
}
