import { afterAll, describe, expect, it, vi } from 'vitest'
import { CookieTooLargeError } from '../../../src/session/index.ts'
import { ValueTooLargeError } from '../../../src/session/store.ts'
import { type DenoKv, type DenoKvAtomic, denoKvStore } from '../../../src/session/stores/deno-kv.ts'
import { newKey } from '../../contracts/store/key.ts'
import { loadContract } from '../../contracts/store/load.ts'
import { storeContract } from '../../contracts/store.ts'
import { usersContract } from '../../contracts/users.ts'
import { createVisitor } from '../../kit/visitor.ts'

const kv = await Deno.openKv(':memory:')
const closed = await Deno.openKv(':memory:')
closed.close()
afterAll(() => kv.close())

storeContract('denoKvStore()', () => denoKvStore(kv), {
  longest: 65_500,
  broken: () => denoKvStore(closed),
})
usersContract('denoKvStore()', () => denoKvStore(kv))
loadContract('denoKvStore()', () => denoKvStore(kv))

type Commit = DenoKvAtomic['commit']

/** The database, with a list of its calls, and with something done in place of a commit. */
function watched(commit: (real: Commit) => ReturnType<Commit> = (real) => real()) {
  const calls: string[] = []
  const db: DenoKv = {
    get(key) {
      calls.push('get')
      return kv.get(key)
    },
    atomic() {
      const atomic = kv.atomic()
      const real = atomic.commit.bind(atomic)
      const watching = () => {
        calls.push('commit')
        return commit(real)
      }
      return Object.assign(atomic, { commit: watching })
    },
  }
  return { db, calls: () => calls.splice(0).join(' ') }
}

describe('denoKvStore()', () => {
  it('makes one call to read or create, and two to swap', async () => {
    const { db, calls } = watched()
    const store = denoKvStore(db)
    await store.create?.('calls', 'one', 60)
    expect(calls()).toBe('commit')
    await store.get('calls')
    expect(calls()).toBe('get')
    await store.swap('calls', 'one', 'two', 60)
    expect(calls()).toBe('get commit')
    await store.swap('calls', 'one', 'two', 60)
    expect(calls()).toBe('get')
    await store.swap('calls', 'two', null, 60)
    expect(calls()).toBe('get commit')
    await store.swap('calls', null, null, 60)
    expect(calls()).toBe('get')
  })

  it('does not mistake a value that is there again for one that nobody has changed', async () => {
    const key = newKey()
    const store = denoKvStore(kv)
    await store.swap(key, null, 'one', 60)
    const commit = vi.fn(async (real: Commit) => {
      if (commit.mock.calls.length === 1) {
        await store.swap(key, 'one', 'two', 60)
        await store.swap(key, 'two', 'one', 60)
      }
      return real()
    })
    const swap = await denoKvStore(watched(commit).db).swap(key, 'one', 'three', 60)
    expect(swap).toEqual({ swapped: true, kept: 'three' })
    expect(commit).toHaveBeenCalledTimes(2)
  })

  it('stores the expiry with the value, since Deno may delete it late', async () => {
    const key = newKey()
    await kv
      .atomic()
      .set(['sessions', key], ['one', Date.now() - 1], { expireIn: 60_000 })
      .commit()
    const store = denoKvStore(kv)
    expect(await store.get(key)).toBeNull()
    expect(await store.create?.(key, 'two', 60)).toEqual({ swapped: true, kept: 'two' })
  })

  it.each([
    ['of Latin-1', 'ÿ', 65_500],
    ['beyond Latin-1', '日', 32_750],
    ['of which one is beyond Latin-1', `日${'x'.repeat(32_749)}`, 1],
  ])(
    'keeps as many characters %s as fit, and names the limit if there are more',
    async (_, unit, count) => {
      const store = denoKvStore(kv)
      const key = newKey()
      const most = unit.repeat(count)
      expect((await store.swap(key, null, most, 60)).swapped).toBe(true)
      for (const call of [
        () => store.swap(key, most, `${most}x`, 60),
        () => store.create?.(newKey(), `${most}x`, 60),
      ]) {
        const error = await call()?.catch((error: unknown) => error)
        expect(error).toBeInstanceOf(ValueTooLargeError)
        expect(error).toMatchObject({ limit: 65_500, message: expect.stringContaining('65500') })
      }
      expect((await store.get(key)) === most).toBe(true)
    },
  )

  it('does not answer a session that is too large with 503', async () => {
    const visitor = createVisitor({ store: denoKvStore(kv) })
    const { error } = await visitor.attempt((session) => session.set('big', 'x'.repeat(70_000)))
    expect(error).toBeInstanceOf(CookieTooLargeError)
    expect(String(error)).toMatch(/more than the 65500 that are kept\. .*: big \(70010\)/)
    expect(visitor.status).toBe(500)
  })

  it('passes an error on, as when another process has locked the file', async () => {
    const locked = watched(() => Promise.reject(new Error('database is locked')))
    const swap = denoKvStore(locked.db).swap(newKey(), null, 'one', 60)
    await expect(swap).rejects.toThrow('database is locked')
    expect(locked.calls()).toBe('get commit')
  })
})
