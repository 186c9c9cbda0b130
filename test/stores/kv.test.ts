import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { revokeSessions, storeKey, userSessions } from '../../src/session/index.ts'
import { type KVBinding, kvStore } from '../../src/session/stores/kv.ts'
import { storeContract } from '../contracts/store.ts'
import { at } from '../kit/clock.ts'
import { createVisitor } from '../kit/visitor.ts'

/** A namespace that records its calls, and can fail some of them. */
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
  ])('stores a ttl of %i seconds as an expirationTtl of %i', async (ttl, expirationTtl) => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 })
    const { kv, put } = watched()
    await kvStore(kv).swap(`ttl:${ttl}`, null, 'one', ttl)
    const metadata = { expires: 1_700_000_000 + ttl }
    expect(put.mock.calls).toEqual([[`ttl:${ttl}`, 'one', { expirationTtl, metadata }]])
  })

  it('expires after 5 seconds a value that KV keeps for 60', async () => {
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
  ])('reads a value that has %s', async (_, metadata) => {
    await env.SESSIONS_KV.put('by-hand', 'one', metadata && { metadata })
    expect(await kvStore(env.SESSIONS_KV).get('by-hand')).toBe('one')
  })

  it('reads once for get(), and reads and writes once for swap()', async () => {
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

  it.each(['getWithMetadata', 'put', 'delete'] as const)('rejects if %s fails', async (what) => {
    await env.SESSIONS_KV.put('failing', 'one')
    const store = kvStore(watched([what]).kv)
    const done = store.swap('failing', 'one', what === 'delete' ? null : 'two', 60)
    await expect(done).rejects.toThrow('429')
    expect(await env.SESSIONS_KV.get('failing')).toBe('one')
  })

  it('loses updates: only some of 20 concurrent increments survive', async () => {
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

describe('a session in KV', () => {
  afterEach(() => {
    vi.useRealTimers()
  })
  it('is revoked like a cookie', async () => {
    at(0)
    const store = kvStore(env.SESSIONS_KV)
    const phone = createVisitor({ store, revocations: store })
    await phone.visit((session) => session.bind('mary'))
    expect(await phone.visit((session) => session.user)).toBe('mary')
    at(1)
    await revokeSessions(store, 'mary')
    expect(await phone.visit((session) => session.new)).toBe(true)
  })

  it('cannot be listed, as bind() reports', async () => {
    const store = kvStore(env.SESSIONS_KV)
    expect(() => userSessions(store)).toThrow(
      /^userSessions\(\): this store is eventually consistent: use/,
    )
    const bind = createVisitor({ store }).visit((session) => session.bind('mary'))
    await expect(bind).rejects.toThrow(
      /^session.bind\(\): bound sessions could not be ended from elsewhere\. Give/,
    )
  })

  it('does not collide with other keys of the app in the namespace', async () => {
    const visitor = createVisitor({ store: kvStore(env.SESSIONS_KV) })
    const id = String(
      await visitor.visit((session) => {
        session.set('user', 'mary')
        return session.id
      }),
    )
    const hash = (await storeKey(id)).replace('session:', '')
    const keys = [id, hash, `session:${id}`, 'session:', 'session']
    for (const key of keys) await env.SESSIONS_KV.put(key, '[0,0,{"user":"mallory"}]')
    expect(await visitor.visit((session) => session.get('user'))).toBe('mary')
    await visitor.visit((session) => session.invalidate())
    for (const key of keys) {
      expect(await env.SESSIONS_KV.get(key)).toBe('[0,0,{"user":"mallory"}]')
    }
  })
})
