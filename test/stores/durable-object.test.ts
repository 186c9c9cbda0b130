import {
  abortAllDurableObjects,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { durableObjectStore } from '../../src/session/stores/durable-object.ts'
import { storeContract } from '../contracts/store.ts'
import { usersContract } from '../contracts/users.ts'
import { faultyObjects, platformError } from '../kit/workers/faulty-objects.ts'

const store = durableObjectStore(env.SESSIONS)
const minute = 60_000

usersContract('durableObjectStore()', () => durableObjectStore(env.SESSIONS))

storeContract('durableObjectStore()', () => durableObjectStore(env.SESSIONS), {
  broken: () =>
    durableObjectStore(
      faultyObjects(() => {
        throw platformError({ overloaded: true })
      }),
    ),
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** A key that no other test uses. */
function fresh(): string {
  return `test:${crypto.randomUUID()}`
}

/** Stops the clock. */
function stopClock(): number {
  vi.useFakeTimers({ toFake: ['Date'] })
  return Date.now()
}

/** What an object has in its storage. */
async function storage(key: string) {
  return runInDurableObject(env.SESSIONS.getByName(key), async (_, { storage }) => ({
    entries: [...storage.kv.list()].length,
    alarm: await storage.getAlarm(),
    bytes: storage.sql.databaseSize,
  }))
}

/** Increments the number under a key, and retries after conflicts. */
async function increment(key: string): Promise<number> {
  let before = await store.get(key)
  for (let calls = 2; ; calls++) {
    const { swapped, kept } = await store.swap(key, before, String(Number(before) + 1), 60)
    if (swapped) return calls
    before = kept
  }
}

describe('durableObjectStore()', () => {
  it('lets one of 200 concurrent swaps from the same value win', async () => {
    const key = fresh()
    const texts = Array.from({ length: 200 }, (_, i) => `text ${i}`)
    const swaps = await Promise.all(texts.map((text) => store.swap(key, null, text, 60)))
    const winner = swaps.findIndex(({ swapped }) => swapped)
    expect(swaps.filter(({ swapped }) => swapped)).toHaveLength(1)
    expect(new Set(swaps.map(({ kept }) => kept))).toEqual(new Set([texts[winner]]))
    expect(await store.get(key)).toBe(texts[winner])
  })

  it('loses none of 200 concurrent increments', async () => {
    const key = fresh()
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let i = 0; i < 25; i++) await increment(key)
      }),
    )
    expect(await store.get(key)).toBe('200')
  })

  it('does not delete a value that is written right after a removal', async () => {
    for (let i = 0; i < 20; i++) {
      const key = fresh()
      await store.swap(key, null, 'old', 60)
      const [removed, kept] = await Promise.all([
        store.swap(key, 'old', null, 60),
        store.swap(key, null, 'new', 60),
      ])
      expect([removed.swapped, kept.swapped]).toEqual([true, true])
      expect(await store.get(key)).toBe('new')
      expect(await storage(key)).toMatchObject({ entries: 1, alarm: expect.any(Number) })
    }
  })

  it('makes one call to the object for each call', async () => {
    const calls: string[] = []
    const counted = durableObjectStore(faultyObjects((call) => void calls.push(call)))
    const key = fresh()
    await counted.get(key)
    await counted.swap(key, null, 'text', 60)
    await counted.swap(key, null, 'text', 60)
    await counted.swap(key, 'text', null, 60)
    expect(calls).toEqual(['get', 'swap', 'swap', 'swap'])
  })

  it('keeps a string of a million characters that are not Latin-1 unchanged', async () => {
    const key = fresh()
    const text = '\ud83c\udf6a\ud800\0'.repeat(250_000)
    await store.swap(key, null, text, 60)
    expect((await store.get(key)) === text).toBe(true)
  })
})

describe('SessionObject', () => {
  it('keeps its value when it is evicted', async () => {
    const key = fresh()
    await store.swap(key, null, 'text', 60)
    await evictDurableObject(env.SESSIONS.getByName(key))
    expect(await store.get(key)).toBe('text')
    expect(await store.swap(key, 'text', 'next', 60)).toEqual({ swapped: true, kept: 'next' })
  })

  it('keeps its value if the storage refuses the next', async () => {
    const key = fresh()
    await store.swap(key, null, 'text', 60)
    await runInDurableObject(env.SESSIONS.getByName(key), async (object, { storage }) => {
      vi.spyOn(storage.kv, 'put').mockImplementationOnce(() => {
        throw new Error('disk full')
      })
      await expect(object.swap('text', 'next', 60)).rejects.toThrow('disk full')
    })
    expect(await store.get(key)).toBe('text')
    expect(await store.swap(key, 'text', 'next', 60)).toEqual({ swapped: true, kept: 'next' })
  })

  it('keeps its value when all objects are restarted', async () => {
    const key = fresh()
    await store.swap(key, null, 'text', 60)
    await abortAllDurableObjects()
    expect(await store.get(key)).toBe('text')
  })

  it('leaves its storage empty if it is only read', async () => {
    const [read, untouched] = [fresh(), fresh()]
    await store.get(read)
    await store.swap(read, 'not kept', 'text', 60)
    expect(await storage(read)).toEqual(await storage(untouched))
  })

  it('leaves neither storage nor an alarm behind when its value is removed', async () => {
    const [key, untouched] = [fresh(), fresh()]
    await store.swap(key, null, 'text', 60)
    expect((await storage(key)).bytes).toBeGreaterThan((await storage(untouched)).bytes)
    await store.swap(key, 'text', null, 60)
    expect(await storage(key)).toEqual(await storage(untouched))
    expect(await store.swap(key, null, 'again', 60)).toEqual({ swapped: true, kept: 'again' })
  })

  it('leaves neither storage nor an alarm behind when its value expires', async () => {
    const [key, untouched] = [fresh(), fresh()]
    const now = stopClock()
    await store.swap(key, null, 'text', 60)
    expect(await storage(key)).toMatchObject({ entries: 1, alarm: now + minute })

    vi.setSystemTime(now + minute)
    expect(await runDurableObjectAlarm(env.SESSIONS.getByName(key))).toBe(true)
    expect(await storage(key)).toEqual(await storage(untouched))
    expect(await store.swap(key, null, 'again', 60)).toEqual({ swapped: true, kept: 'again' })
  })

  it('keeps its record when a write in the current format follows one in that of version 0.1', async () => {
    const key = fresh()
    const now = stopClock()
    const stub = env.SESSIONS.getByName(key)
    await runInDurableObject(stub, (_, { storage }) => {
      storage.kv.put('entry', { text: 'old', expires: now + minute })
    })
    expect(await store.get(key)).toBe('old')
    expect(await stub.swap('old', 'by an old caller', 60)).toMatchObject({ swapped: true })
    expect(await stub.swap('old', 'by an old caller', 60)).toMatchObject({ swapped: false })
    expect(await store.swap(key, 'by an old caller', 'new', 60)).toMatchObject({ swapped: true })
    expect(await store.get(key)).toBe('new')
  })

  it('is cleared by its alarm', async () => {
    const key = fresh()
    await store.swap(key, null, 'text', 1)
    expect((await storage(key)).entries).toBe(1)
    await vi.waitFor(async () => expect((await storage(key)).entries).toBe(0), 10_000)
    expect((await storage(key)).alarm).toBeNull()
  })

  it('sets another alarm if an alarm comes early', async () => {
    const key = fresh()
    const now = stopClock()
    await store.swap(key, null, 'text', 60)
    vi.setSystemTime(now + minute / 2)
    await store.swap(key, 'text', 'next', 60)
    expect((await storage(key)).alarm).toBe(now + minute)

    vi.setSystemTime(now + minute)
    await runDurableObjectAlarm(env.SESSIONS.getByName(key))
    expect(await store.get(key)).toBe('next')
    expect((await storage(key)).alarm).toBe(now + 1.5 * minute)
  })

  it('sets one alarm for all swaps before it', async () => {
    const key = fresh()
    const now = stopClock()
    await store.swap(key, null, '0', 60)
    const stub = env.SESSIONS.getByName(key)
    const setAlarm = await runInDurableObject(stub, (_, { storage }) => {
      return vi.spyOn(storage, 'setAlarm')
    })
    for (let i = 0; i < 10; i++) {
      vi.setSystemTime(now + i * 1000)
      await store.swap(key, String(i), String(i + 1), 60)
    }
    expect(setAlarm).not.toHaveBeenCalled()
  })

  it('moves its alarm forward when the new value has a shorter ttl', async () => {
    const key = fresh()
    const now = stopClock()
    await store.swap(key, null, 'session', 1200)
    await store.swap(key, 'session', 'tombstone', 60)
    expect((await storage(key)).alarm).toBe(now + minute)
  })
})
