import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { at, start } from '../kit/clock.ts'
import { anonymous, makeKinds, plant, present, storedOf } from '../kit/kinds.ts'
import { visitSlowly } from '../kit/race.ts'
import { cookieName } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

const kinds = makeKinds()
const stored = storedOf(kinds)
const prototypes = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '']

beforeEach(() => {
  at(0)
})
afterEach(() => {
  vi.useRealTimers()
})

/** A payload that was written just now, with this JSON as its data. */
function payloadWith(data: string): string {
  return `[${start},${start},${data}]`
}

/** What an empty object inherits from a polluted prototype. */
function polluted(): unknown {
  const bare: Record<string, unknown> = {}
  return bare.admin ?? Object.keys(Object.prototype)[0]
}

/** JSON with a key inside so many nested objects. */
function below(depth: number, key: string): string {
  return `${'{"in":'.repeat(depth)}{"${key}":{"admin":true}}${'}'.repeat(depth)}`
}

describe.each(kinds)('$kind', (kind) => {
  const { options } = kind

  it.each(prototypes)('treats "%s" as an ordinary key, at any depth', async (name) => {
    for (const depth of [0, 1, 5]) {
      const value = JSON.parse(below(depth, name))
      const visitor = createVisitor(options)
      const absent = await visitor.visit((session) => {
        const before = [session.get(name), session.has(name)]
        session.set(name, value)
        session.update('copy', () => value)
        return before
      })
      expect(absent).toEqual([undefined, false])
      const seen = await visitor.visit((session) => session.entries())
      expect(JSON.stringify(seen)).toBe(
        JSON.stringify([
          [name, value],
          ['copy', value],
        ]),
      )
      expect(polluted()).toBeUndefined()
      expect(await visitor.visit((session) => session.delete(name))).toBe(true)
      expect(await visitor.visit((session) => session.keys())).toEqual(['copy'])
    }
  })

  it.each(prototypes)('reads "%s" from a payload as an ordinary key', async (name) => {
    const token = await plant(kind, payloadWith(below(0, name)))
    const visitor = createVisitor(options)
    visitor.cookies.set(cookieName, token)
    const seen = await visitor.visit((session) => {
      const before = session.entries()
      session.set('more', 1)
      return before
    })
    expect(JSON.stringify(seen)).toBe(JSON.stringify([[name, { admin: true }]]))
    expect(await visitor.visit((session) => session.keys())).toEqual([name, 'more'])
    expect(polluted()).toBeUndefined()
  })

  it('accepts every key that a library might reserve', async () => {
    const names = 'exp iat nbf sid id _id _csrf csrf m d v meta data flash created renewed new'
    const more = 'timeout lifetime expires cookie length size keys ended then toJSON valueOf 0 _f'
    const visitor = createVisitor(options)
    const keys = `${names} ${more}`.split(' ').toSorted()
    await visitor.visit((session) => {
      for (const key of keys) session.set(key, 1)
    })
    const seen = await visitor.visit((session) => [session.new, session.keys().toSorted()])
    expect(seen).toEqual([false, keys])
    expect(await visitor.visit((session) => keys.every((key) => session.get(key) === 1))).toBe(true)
  })

  it('returns any string unchanged, even if it is not valid Unicode', async () => {
    const unit = fc.oneof(
      fc.nat(0xffff).map((code) => String.fromCharCode(code)),
      fc.constantFrom('\ud800', '\udfff', '\ufffd', '\0', '\u2028', '\u202e', '\ufeff', '🍪', '"'),
    )
    const text = fc.string({ unit, maxLength: 40 })
    const visitor = createVisitor<Record<string, string>>(options as object)
    const property = fc.asyncProperty(text, text, async (key, value) => {
      fc.pre(!key.startsWith('_'))
      await visitor.visit((session) => {
        session.clear()
        session.set(key, value)
        session.flash(value, key)
      })
      const seen = await visitor.visit((session) => [session.entries(), session.popFlash(key)])
      expect(seen).toEqual([[[key, value]], [value]])
    })
    await fc.assert(property, { numRuns: 200 })
  })

  // As deep as fits into a cookie, or into a store.
  it.each(kind.store ? [65, 1000, 100_000] : [65, 1000])(
    'is rejected without an error if its data is nested %i levels deep',
    async (depth) => {
      const value = '['.repeat(depth) + ']'.repeat(depth)
      for (const key of ['user', '_f_', '_csrft_']) {
        const token = await plant(kind, payloadWith(`{"${key}":${value}}`))
        expect(await present(options, token)).toEqual({ shown: anonymous, rejected: 'malformed' })
      }
    },
  )

  it('is honored if its data is nested 64 levels deep, the limit of set()', async () => {
    const value = '['.repeat(64) + ']'.repeat(64)
    const token = await plant(kind, payloadWith(`{"user":${value}}`))
    const { shown } = await present(options, token)
    expect(JSON.stringify(shown.result)).toBe(`[false,{"user":${value}}]`)
  })
})

describe.each(stored)('$kind', (kind) => {
  const { options, store } = kind

  it.each([
    ...['', ' ', 'null', '0', '"text"', '[]', '{}', '{', '\0', 'undefined', 'ended ', 'Ended'],
    ...['{"user":"mary"}', '{"v":1,"data":{"user":"mary"}}', '[1,2]', payloadWith('[]')],
    ...['null', '"text"', '1', '{"user":"mary"},{}', '{"user":', '{"user":"mary"}]x'].map(
      payloadWith,
    ),
  ])('whose record is corrupted is rejected without an error: %j', async (record) => {
    const visitor = createVisitor(options)
    const token = await plant(kind, record)
    expect(await present(options, token)).toEqual({ shown: anonymous, rejected: 'malformed' })
    visitor.cookies.set(cookieName, token)
    await visitor.visit((session) => session.set('user', 'john'))
    expect(visitor.token).not.toBe(token)
    expect((await present(options, visitor.token ?? '')).shown.result).toEqual([
      false,
      { user: 'john' },
    ])
  })

  it('whose record is corrupted during a request is not restored', async () => {
    const visitor = createVisitor(options)
    await visitor.visit((session) => session.set('user', 'mary'))
    const [, key = ''] = (store.calls.at(-1) ?? []) as string[]
    await visitor.visit(async (session) => {
      const kept = await store.get(key)
      await store.swap(key, kept, 'spoilt', 60)
      session.set('user', 'john')
    })
    expect(visitor.response.status).toBe(200)
    expect(await store.get(key)).toBe('spoilt')
    expect(visitor.sent).toEqual([])
  })
})

describe('two concurrent requests that write prototype keys', () => {
  it('both keep their changes, and pollute nothing', async () => {
    const visitor = createVisitor({ store: memoryStore() })
    await visitor.visit((session) => session.set('base', 1))
    const finish = await visitSlowly(visitor, (session) => {
      session.set('__proto__', { admin: true })
      session.set('constructor', { prototype: { admin: true } })
    })
    await visitor.visit((session) => session.set('prototype', { admin: true }))
    await finish()
    const keys = await visitor.visit((session) => session.keys())
    expect(keys).toEqual(['base', 'prototype', '__proto__', 'constructor'])
    expect(polluted()).toBeUndefined()
  })
})
