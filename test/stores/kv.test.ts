import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type KVBinding, kvStore } from '../../src/session/stores/kv.ts'
import { storeContract } from '../contracts/store.ts'

/** A namespace that counts what it is asked, and may fail at some of it. */
function watched(fails: (keyof KVBinding)[] = []) {
  const asked: (keyof KVBinding)[] = []
  const put = vi.fn<KVBinding['put']>()
  function ask(what: keyof KVBinding): void {
    asked.push(what)
    if (fails.includes(what)) throw new Error(`KV ${what.toUpperCase()} failed: 429`)
  }
  const kv: KVBinding = {
    async getWithMetadata(key) {
      ask('getWithMetadata')
      return env.SESSIONS_KV.getWithMetadata(key)
    },
    async put(key, value, options) {
      ask('put')
      await put(key, value, options)
      await env.SESSIONS_KV.put(key, value, options)
    },
    async delete(key) {
      ask('delete')
      await env.SESSIONS_KV.delete(key)
    },
  }
  return { kv, put, asked: () => asked.splice(0).join(' ') }
}

storeContract('kvStore()', () => kvStore(env.SESSIONS_KV), {
  atomic: false,
  broken: () => kvStore(watched(['getWithMetadata', 'put', 'delete']).kv),
})

describe('kvStore()', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it.each([
    [1, 60],
    [59, 60],
    [60, 60],
    [1201, 1201],
    [34_560_000, 34_560_000],
  ])('asks KV to keep what is good for %i seconds for %i', async (ttl, expirationTtl) => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 })
    const { kv, put } = watched()
    await kvStore(kv).swap(`ttl:${ttl}`, null, 'one', ttl)
    const metadata = { expires: 1_700_000_000 + ttl }
    expect(put.mock.calls).toEqual([[`ttl:${ttl}`, 'one', { expirationTtl, metadata }]])
  })

  it('forgets after 5 seconds what KV itself keeps for 60', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 })
    const store = kvStore(env.SESSIONS_KV)
    await store.swap('short', null, 'one', 5)
    vi.setSystemTime(1_700_000_005_000)
    expect(await store.get('short')).toBeNull()
    expect(await env.SESSIONS_KV.get('short')).toBe('one')
  })

  it.each([
    ['no metadata', undefined],
    ['other metadata', { expires: null }],
    ['a list as metadata', [1]],
  ])('reads what others put there with %s', async (_, metadata) => {
    await env.SESSIONS_KV.put('by-hand', 'one', metadata && { metadata })
    expect(await kvStore(env.SESSIONS_KV).get('by-hand')).toBe('one')
  })

  it('reads once for a get, and reads and writes once for a swap that replaces', async () => {
    const { kv, asked } = watched()
    const store = kvStore(kv)
    await store.swap('cost', null, 'one', 60)
    expect(asked()).toBe('getWithMetadata put')
    await store.get('cost')
    expect(asked()).toBe('getWithMetadata')
    await store.swap('cost', 'zero', 'two', 60)
    expect(asked()).toBe('getWithMetadata')
    await store.swap('cost', 'one', null, 60)
    expect(asked()).toBe('getWithMetadata delete')
    await store.swap('cost', null, null, 60)
    expect(asked()).toBe('getWithMetadata')
  })

  it.each(['getWithMetadata', 'put', 'delete'] as const)('rejects when %s fails', async (what) => {
    await env.SESSIONS_KV.put('failing', 'one')
    const store = kvStore(watched([what]).kv)
    const done = store.swap('failing', 'one', what === 'delete' ? null : 'two', 60)
    await expect(done).rejects.toThrow('429')
    expect(await env.SESSIONS_KV.get('failing')).toBe('one')
  })

  it('loses updates: of 20 increments at once only some survive', async () => {
    const store = kvStore(env.SESSIONS_KV)
    async function increment(): Promise<void> {
      let before = await store.get('count')
      for (let attempts = 0; attempts < 20; attempts++) {
        const { swapped, kept } = await store.swap('count', before, `${Number(before) + 1}`, 60)
        if (swapped) return
        before = kept
      }
    }
    await Promise.all(Array.from({ length: 20 }, increment))
    const survived = Number(await store.get('count'))
    console.log(`kvStore(): ${survived} of 20 concurrent increments survived`)
    expect(survived).toBeGreaterThanOrEqual(1)
    expect(survived).toBeLessThan(20)
  })
})
