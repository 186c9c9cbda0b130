import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Store } from '../../src/session/index.ts'
import { awkward, twins } from './store-texts.ts'

/** Properties in which stores differ. */
export interface StoreContractOptions {
  /** Whether exactly one of several concurrent swaps wins; else updates can be lost. @default true */
  readonly atomic?: boolean
  /** Seconds: a ttl that the store honours exactly and that a test can wait for. @default 60 */
  readonly ttl?: number
  /**
   * Lets so many seconds pass. By default the store reads `Date`, which the test moves. For another
   * store, wait or move the clock of its backend.
   */
  readonly pass?: (seconds: number) => Promise<void>
  /** Length of the longest value to try. @default 2 ** 20 */
  readonly longest?: number
  /** Makes a store whose backend is down. Not given: the store has no backend that could fail. */
  readonly broken?: () => Store | Promise<Store>
}

type Make = () => Store | Promise<Store>
type Subject = () => Store

const long = 34_560_000 // the longest ttl that sessions ask for: 400 days
const texts = Array.from({ length: 20 }, (_, i) => `[1700000000,1700000000,{"winner":${i}}]`)

/**
 * Tests the promises of a store that sessions rely on. Run it on a custom store.
 *
 * @param make - Makes a store for each test. They may share a backend: keys never repeat.
 */
export function storeContract(name: string, make: Make, options: StoreContractOptions = {}): void {
  const { atomic = true, broken, longest = 2 ** 20 } = options
  let made: Store
  const store = () => made

  describe(name, () => {
    beforeEach(async () => {
      made = await make()
    })
    afterEach(() => {
      vi.useRealTimers()
    })

    describe('swap and get', () => swaps(store))
    describe('values and keys', () => contents(store, longest))
    describe('time', () => times(store, options))
    describe('concurrency', () => (atomic ? competes(store) : loses(store)))
    if (broken) describe('outage', () => rejects(broken))
  })
}

function newKey(): string {
  return `contract:${crypto.randomUUID()}`
}

function swaps(store: Subject): void {
  let key: string
  beforeEach(() => {
    key = newKey()
  })

  it('has no value for an unused key', async () => {
    expect(await store().get(key)).toBeNull()
  })

  it('creates a value where there is none', async () => {
    expect(await store().swap(key, null, 'one', 60)).toEqual({ swapped: true, kept: 'one' })
    expect(await store().get(key)).toBe('one')
  })

  it('refuses to create where there is a value, and returns it', async () => {
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

  it('replaces a value by an equal one', async () => {
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

  it('refuses to replace a missing value', async () => {
    expect(await store().swap(key, 'one', 'two', 60)).toEqual({ swapped: false, kept: null })
    expect(await store().get(key)).toBeNull()
  })

  it('deletes a value, and accepts a new one in its place', async () => {
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

  it('refuses to delete a missing value', async () => {
    expect(await store().swap(key, 'one', null, 60)).toEqual({ swapped: false, kept: null })
  })

  it('accepts a swap of nothing for nothing', async () => {
    expect(await store().swap(key, null, null, 60)).toEqual({ swapped: true, kept: null })
    await store().swap(key, null, 'one', 60)
    expect(await store().swap(key, null, null, 60)).toEqual({ swapped: false, kept: 'one' })
    expect(await store().get(key)).toBe('one')
  })
}

function contents(store: Subject, longest: number): void {
  it.each(awkward)('keeps a value unchanged: %s', async (_, text) => {
    const key = newKey()
    expect(await store().swap(key, null, text, 60)).toEqual({ swapped: true, kept: text })
    expect(await store().get(key)).toBe(text)
    expect(await store().swap(key, 'one', 'two', 60)).toEqual({ swapped: false, kept: text })
    expect(await store().swap(key, text, 'two', 60)).toEqual({ swapped: true, kept: 'two' })
    expect(await store().swap(key, 'two', text, 60)).toEqual({ swapped: true, kept: text })
    expect(await store().swap(key, text, null, 60)).toEqual({ swapped: true, kept: null })
  })

  it.each(twins)('distinguishes similar values: %j, %j', async (one, other) => {
    const key = newKey()
    await store().swap(key, null, one, 60)
    expect(await store().swap(key, other, 'two', 60)).toEqual({ swapped: false, kept: one })
    expect(await store().swap(key, other, null, 60)).toEqual({ swapped: false, kept: one })
    expect(await store().get(key)).toBe(one)
  })

  it(`keeps a value of ${longest} characters`, async () => {
    const key = newKey()
    const [one, two] = ['a', 'b'].map((end) => `${'x'.repeat(longest - 1)}${end}`)
    if (one === undefined || two === undefined) throw new Error('no texts')
    // Compared without printing them.
    const swapped = [
      await store().swap(key, null, one, 60),
      await store().swap(key, two, two, 60),
      await store().swap(key, one, two, 60),
    ]
    expect(swapped.map((each) => each.swapped)).toEqual([true, false, true])
    expect(swapped.map((each) => each.kept === one)).toEqual([true, true, false])
    expect((await store().get(key)) === two).toBe(true)
    expect(await store().swap(key, two, null, 60)).toEqual({ swapped: true, kept: null })
  })

  it('keeps many keys apart', async () => {
    const keys = Array.from({ length: 50 }, newKey)
    await Promise.all(keys.map((key) => store().swap(key, null, `text of ${key}`, 60)))
    await Promise.all(keys.slice(25).map((key) => store().swap(key, `text of ${key}`, null, 60)))
    const found = await Promise.all(keys.map((key) => store().get(key)))
    expect(found).toEqual(keys.map((key, i) => (i < 25 ? `text of ${key}` : null)))
  })

  it('distinguishes similar keys of up to 128 characters', async () => {
    const stem = `${newKey()}_-:`.padEnd(126, 'x')
    const keys = [`${stem}aa`, `${stem}aA`, `${stem}a`, stem, `${stem.slice(0, -1)}_`, `${stem}__`]
    for (const key of keys) {
      expect(await store().swap(key, null, `text of ${key}`, 60)).toMatchObject({ swapped: true })
    }
    const found = await Promise.all(keys.map((key) => store().get(key)))
    expect(found).toEqual(keys.map((key) => `text of ${key}`))
  })

  it.each(['__proto__', 'constructor', '0'])(
    'has a value for the key %s only after it is created',
    async (key) => {
      expect(await store().get(key)).toBeNull()
      expect(await store().swap(key, null, 'one', 60)).toEqual({ swapped: true, kept: 'one' })
      expect(await store().get(key)).toBe('one')
      expect(await store().swap(key, 'one', null, 60)).toEqual({ swapped: true, kept: null })
    },
  )
}

function times(store: Subject, { ttl = 60, pass }: StoreContractOptions): void {
  let key: string
  beforeEach(() => {
    key = newKey()
    if (pass) return
    // From now on, for backends with their own clock, and late in a second, to reveal rounding errors.
    vi.useFakeTimers({ toFake: ['Date'], now: Math.ceil(Date.now() / 1000) * 1000 + 900 })
  })

  /** Lets a part of a ttl pass. A store may be a second late, but never early. */
  async function wait(part: number): Promise<void> {
    const seconds = part < 1 ? part * ttl : part * ttl + 1
    await (pass ? pass(seconds) : vi.setSystemTime(Date.now() + seconds * 1000))
  }

  it('expires a value after its ttl', async () => {
    await store().swap(key, null, 'one', ttl)
    await wait(0.9)
    expect(await store().get(key)).toBe('one')
    await wait(1)
    expect(await store().get(key)).toBeNull()
  })

  if (!pass) {
    it('expires no value early', async () => {
      await store().swap(key, null, 'one', ttl)
      vi.setSystemTime(Date.now() + ttl * 1000 - 1)
      expect(await store().get(key)).toBe('one')
      expect(await store().swap(key, 'one', 'two', 60)).toEqual({ swapped: true, kept: 'two' })
    })
  }

  it('treats an expired value as missing in a swap', async () => {
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

  it.each(['one', 'two'])('restarts the ttl when it replaces "one" by "%s"', async (after) => {
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

  it('keeps a value for 400 days', async () => {
    await store().swap(key, null, 'one', long)
    if (!pass) vi.setSystemTime(Date.now() + (long - 1) * 1000)
    expect(await store().get(key)).toBe('one')
  })
}

function competes(store: Subject): void {
  it.each([
    ['create', null],
    ['replace', 'one'],
  ])(
    'lets one of 20 concurrent swaps that %s win, and returns its value to the others',
    async (_, before) => {
      const key = newKey()
      if (before !== null) await store().swap(key, null, before, 60)
      const swapped = await Promise.all(texts.map((text) => store().swap(key, before, text, 60)))
      const winners = texts.filter((_, i) => swapped[i]?.swapped)
      expect(winners).toHaveLength(1)
      expect(swapped.map((each) => each.kept)).toEqual(texts.map(() => winners[0]))
      expect(await store().get(key)).toBe(winners[0])
    },
  )

  it('lets one of 20 concurrent replacements and deletions win', async () => {
    const key = newKey()
    await store().swap(key, null, 'one', 60)
    const afters = texts.map((text, i) => (i % 2 ? text : null))
    const swapped = await Promise.all(afters.map((after) => store().swap(key, 'one', after, 60)))
    const winners = swapped.filter((each) => each.swapped)
    expect(winners).toHaveLength(1)
    expect(swapped.map((each) => each.kept)).toEqual(afters.map(() => winners[0]?.kept))
    expect(await store().get(key)).toBe(winners[0]?.kept)
  })

  it('loses none of 20 concurrent changes that are retried from the returned value', async () => {
    const key = newKey()
    await Promise.all(texts.map((text) => append(store(), key, text)))
    const kept: string[] = JSON.parse((await store().get(key)) ?? '[]')
    expect(kept.sort()).toEqual([...texts].sort())
  })
}

function loses(store: Subject): void {
  it('keeps one of 20 concurrent swaps, and may report that all won', async () => {
    const key = newKey()
    await store().swap(key, null, 'one', 60)
    const swapped = await Promise.all(texts.map((text) => store().swap(key, 'one', text, 60)))
    const winners = texts.filter((_, i) => swapped[i]?.swapped)
    expect(winners.length).toBeGreaterThanOrEqual(1)
    expect(winners).toContain(await store().get(key))
  })
}

/** Appends to a list as the library does: from the current value, and again after a conflict. */
async function append(store: Store, key: string, text: string): Promise<void> {
  let before = await store.get(key)
  // At each refusal another one succeeded, so this one succeeds eventually.
  for (let attempts = 0; attempts < texts.length; attempts++) {
    const after = JSON.stringify([...JSON.parse(before ?? '[]'), text])
    const { swapped, kept } = await store.swap(key, before, after, 60)
    if (swapped) return
    before = kept
  }
  throw new Error('refused more often than there were others')
}

function rejects(broken: NonNullable<StoreContractOptions['broken']>): void {
  it('rejects a get() instead of returning null', async () => {
    const store = await broken()
    await expect(store.get(newKey())).rejects.toThrow(Error)
  })

  it.each([
    ['create', null, 'one'],
    ['replace', 'one', 'two'],
    ['delete', 'one', null],
    ['swap nothing for nothing', null, null],
  ])('rejects when it cannot %s', async (_, before, after) => {
    const store = await broken()
    await expect(store.swap(newKey(), before, after, 60)).rejects.toThrow(Error)
  })
}
