import { abortAllDurableObjects } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { durableObjectStore } from '../../src/session/stores/durable-object.ts'
import { faultyObjects, platformError } from '../kit/workers/faulty-objects.ts'

const store = durableObjectStore(env.SESSIONS)
const lost = () => platformError({ retryable: true })

/** A key that no other test uses. */
function fresh(): string {
  return `test:${crypto.randomUUID()}`
}

/** A store that loses the responses to its first calls, although they are applied. */
function losingAnswers(times: number, meanwhile: () => Promise<unknown> = async () => undefined) {
  let answers = 0
  const namespace = faultyObjects(
    () => undefined,
    () => {
      if (answers++ < times) throw lost()
    },
  )
  return durableObjectStore({
    getByName: (name) => {
      const stub = namespace.getByName(name)
      return {
        get: async () => stub.get(),
        swap: async (...given) => {
          try {
            return await stub.swap(...given)
          } catch (error) {
            await meanwhile()
            throw error
          }
        },
      }
    },
  })
}

/** Swaps a key that holds `two`, one after the other. */
async function swapOften(key: string, times: number): Promise<void> {
  let before = 'two'
  for (let i = 0; i < times; i++) {
    await store.swap(key, before, `other ${i}`, 60)
    before = `other ${i}`
  }
}

describe('durableObjectStore(), when calls fail', () => {
  it.each([
    ['get', 0],
    ['get', 1],
    ['get', 2],
    ['swap', 0],
    ['swap', 1],
    ['swap', 2],
  ] as const)('repeats a %s by a new stub after %i retryable errors', async (method, times) => {
    const key = fresh()
    await store.swap(key, null, 'one', 60)
    const stubs = new Set<object>()
    const flaky = durableObjectStore(
      faultyObjects((_, stub) => {
        if (stubs.add(stub).size <= times) throw lost()
      }),
    )
    if (method === 'get') expect(await flaky.get(key)).toBe('one')
    else {
      const swap = await flaky.swap(key, 'one', 'two', 60)
      expect(swap).toEqual({ swapped: true, kept: 'two' })
    }
    expect(stubs.size).toBe(times + 1)
  })

  it.each([
    ['get', 3, { retryable: true }],
    ['get', 1, { overloaded: true }],
    ['get', 1, { retryable: true, overloaded: true }],
    ['get', 1, { remote: true }],
    ['get', 1, {}],
    ['swap', 3, { retryable: true }],
    ['swap', 1, { overloaded: true }],
    ['swap', 1, { retryable: true, overloaded: true }],
    ['swap', 1, {}],
  ] as const)('gives up a %s after %i failed calls: %j', async (method, times, flags) => {
    const cause = platformError(flags)
    let calls = 0
    const broken = durableObjectStore(
      faultyObjects(() => {
        calls++
        throw cause
      }),
    )
    const call = method === 'get' ? broken.get(fresh()) : broken.swap(fresh(), null, 'one', 60)
    const error = await call.catch((error: unknown) => error)
    expect(error).toBe(cause)
    expect(calls).toBe(times)
  })
})

describe('durableObjectStore(), when answers are lost', () => {
  it.each([
    ['create', null, 'two'],
    ['replace', 'one', 'two'],
    ['replace by the same', 'one', 'one'],
    ['delete', 'one', null],
  ])('succeeds when it repeats a %s that was applied', async (_, before, after) => {
    const key = fresh()
    if (before !== null) await store.swap(key, null, before, 60)
    const swap = await losingAnswers(2).swap(key, before, after, 60)
    expect(swap).toEqual({ swapped: true, kept: after })
    expect(await store.get(key)).toBe(after)
  })

  it('is refused when it repeats what was refused, though another wrote the same value', async () => {
    const key = fresh()
    await store.swap(key, null, '1', 60)
    const swap = await losingAnswers(1).swap(key, '0', '1', 60)
    expect(swap).toEqual({ swapped: false, kept: '1' })
  })

  it('loses none of 200 increments, and counts none twice', async () => {
    const key = fresh()
    const calls = new Set<unknown>()
    const lossy = durableObjectStore(
      faultyObjects(
        () => undefined,
        ([, , , attempt]) => {
          const isFirst = attempt !== undefined && !calls.has(attempt)
          if (isFirst && calls.add(attempt).size % 3 === 0) throw lost()
        },
      ),
    )
    async function increment(): Promise<void> {
      for (let before = await lossy.get(key); ; ) {
        const { swapped, kept } = await lossy.swap(key, before, `${Number(before) + 1}`, 60)
        if (swapped) return
        before = kept
      }
    }
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let i = 0; i < 25; i++) await increment()
      }),
    )
    expect(await store.get(key)).toBe('200')
  })

  it('recognizes a repeat though 100 others swapped meanwhile', async () => {
    const key = fresh()
    await store.swap(key, null, 'one', 60)
    const swap = await losingAnswers(1, () => swapOften(key, 100)).swap(key, 'one', 'two', 60)
    expect(swap).toEqual({ swapped: true, kept: 'two' })
    expect(await store.get(key)).toBe('other 99')
  })

  it.each([
    [0, true],
    [7, true],
    [8, false],
  ])('recognizes a repeat after %i other swaps and a restart: %s', async (others, isRecognized) => {
    const key = fresh()
    await store.swap(key, null, 'one', 60)
    const restart = async () => {
      await swapOften(key, others)
      await abortAllDurableObjects()
    }
    const swap = await losingAnswers(1, restart).swap(key, 'one', 'two', 60)
    const refused = { swapped: false, kept: 'other 7' }
    expect(swap).toEqual(isRecognized ? { swapped: true, kept: 'two' } : refused)
  })

  it('does not bring back what another has deleted meanwhile', async () => {
    const key = fresh()
    const meanwhile = () => store.swap(key, 'one', null, 60)
    const swap = await losingAnswers(1, meanwhile).swap(key, null, 'one', 60)
    expect(swap).toEqual({ swapped: true, kept: 'one' })
    expect(await store.get(key)).toBeNull()
  })
})
