import { afterEach, describe, expect, it, vi } from 'vitest'
import { csrfToken, type Session, storeKey } from '../src/session/index.ts'
import { memoryStore } from '../src/session/stores/memory.ts'
import { at, start } from './kit/clock.ts'
import { payloadOf } from './kit/tokens.ts'
import { createVisitor } from './kit/visitor.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('Session', () => {
  it('is new until its cookie comes back', async () => {
    const visitor = createVisitor()
    expect(await visitor.visit((session) => session.new)).toBe(true)
    await visitor.visit((session) => session.set('a', 1))
    expect(await visitor.visit((session) => session.new)).toBe(false)
  })

  it('has as `created` the whole second of its first write', async () => {
    at(0.75)
    const visitor = createVisitor()
    await visitor.visit((session) => session.set('a', 1))
    at(60)
    expect(await visitor.visit((session) => session.created)).toBe(start)
  })

  it('has no id if it lives in the cookie', async () => {
    expect(await createVisitor().visit((session) => session.id)).toBeUndefined()
  })

  it('keeps every kind of JSON value', async () => {
    const values = {
      text: 't',
      zero: 0,
      half: -0.5,
      no: false,
      nil: null,
      list: [1, ['b']],
      map: {},
    }
    const visitor = createVisitor()
    await visitor.visit((session) => {
      for (const [key, value] of Object.entries(values)) session.set(key, value)
    })
    expect(await visitor.visit((session) => session.entries())).toEqual(Object.entries(values))
  })

  it('reads what the same request wrote', async () => {
    const seen = await createVisitor().visit((session) => {
      session.set('a', 1)
      return [
        session.get('a'),
        session.has('a'),
        session.size,
        session.delete('a'),
        session.has('a'),
      ]
    })
    expect(seen).toEqual([1, true, 1, true, false])
  })

  it('returns undefined for a missing key, and null for a null value', async () => {
    const seen = await createVisitor().visit((session) => {
      session.set('nil', null)
      return [session.get('nil'), session.has('nil'), session.get('none'), session.has('none')]
    })
    expect(seen).toEqual([null, true, undefined, false])
  })

  it('passes undefined to update() for a missing key, then the last value', async () => {
    const visitor = createVisitor<{ n: number }>()
    const count = () => visitor.visit((session) => session.update('n', (n = 0) => n + 1))
    expect([await count(), await count(), await count()]).toEqual([1, 2, 3])
  })

  it('returns from delete() whether the key existed', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => session.set('a', 1))
    expect(await visitor.visit((session) => [session.delete('a'), session.delete('a')])).toEqual([
      true,
      false,
    ])
  })

  it('deletes one key and leaves the others', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => {
      session.set('a', 1)
      session.set('b', 2)
    })
    await visitor.visit((session) => session.delete('a'))
    expect(await visitor.visit((session) => session.entries())).toEqual([['b', 2]])
  })

  it('lists its keys in the order in which they were added', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => {
      for (const key of ['c', 'a', 'b']) session.set(key, key)
    })
    expect(await visitor.visit((session) => session.keys())).toEqual(['c', 'a', 'b'])
  })
})

describe('clear()', () => {
  it('keeps flash messages and the CSRF token', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => {
      session.set('a', 1)
      session.flash('one')
      csrfToken(session)
    })
    const before = payloadOf(visitor.token) as [number, number, Record<string, unknown>]
    await visitor.visit((session) => session.clear())
    expect(payloadOf(visitor.token)).toMatchObject({ 1: before[1], 2: { _f_: ['one'] } })
    const { a, ...rest } = before[2]
    expect(a).toBe(1)
    expect((payloadOf(visitor.token) as typeof before)[2]).toEqual(rest)
  })
})

describe('invalidate()', () => {
  it('drops data, flash messages and the CSRF token', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => {
      session.set('a', 1)
      session.flash('one')
      csrfToken(session)
    })
    await visitor.visit((session) => session.invalidate())
    expect(visitor.token).toBeUndefined()
  })

  it('leaves a new session that can be used at once', async () => {
    at(0)
    const visitor = createVisitor()
    await visitor.visit((session) => session.set('a', 1))
    at(60)
    const seen = await visitor.visit((session) => {
      session.invalidate()
      const fresh = [session.new, session.created, session.size, session.popFlash()]
      session.set('b', 2)
      session.flash('Goodbye.')
      return fresh
    })
    expect(seen).toEqual([true, start + 60, 0, []])
    expect(payloadOf(visitor.token)).toEqual([start + 60, start + 60, { b: 2, _f_: ['Goodbye.'] }])
  })

  it('is written even if the same data is set again', async () => {
    at(0)
    const visitor = createVisitor()
    await visitor.visit((session) => session.set('a', 1))
    at(60)
    await visitor.visit((session) => {
      session.invalidate()
      session.set('a', 1)
    })
    expect(payloadOf(visitor.token)).toEqual([start + 60, start + 60, { a: 1 }])
  })
})

describe('regenerate()', () => {
  it('keeps data, flash messages and `created`, with a new CSRF token', async () => {
    at(0)
    const visitor = createVisitor()
    await visitor.visit((session) => {
      session.set('a', 1)
      session.flash('one')
      csrfToken(session)
    })
    at(60)
    const before = payloadOf(visitor.token) as [number, number, { _csrft_: string }]
    await visitor.visit((session) => session.regenerate())
    const after = payloadOf(visitor.token) as typeof before
    const token = expect.stringMatching(/^[\w-]{24}$/)
    expect(after).toEqual([start + 60, start, { a: 1, _f_: ['one'], _csrft_: token }])
    expect(after[2]._csrft_).not.toBe(before[2]._csrft_)
  })

  it('gives a session that had no CSRF token one, so that two pages opened after it share it', async () => {
    at(0)
    const visitor = createVisitor()
    await visitor.visit((session) => session.set('a', 1))
    at(60)
    await visitor.visit((session) => session.regenerate())
    const token = expect.stringMatching(/^[\w-]{24}$/)
    expect(payloadOf(visitor.token)).toEqual([start + 60, start, { a: 1, _csrft_: token }])
  })

  it.each<[string, (session: Session) => void]>([
    ['was empty', (session) => session.changed()],
    ['becomes empty', (session) => session.set('a', 1)],
  ])('gives a session in a store, which stays, a CSRF token even if it %s', async (_, prepare) => {
    const store = memoryStore()
    const visitor = createVisitor({ store })
    await visitor.visit(prepare)
    const id = await visitor.visit((session) => {
      session.clear()
      session.regenerate()
      return session.id as string
    })
    const record = JSON.parse((await store.get(await storeKey(id))) ?? 'null')
    expect(record?.[2]).toEqual({ _csrft_: expect.stringMatching(/^[\w-]{24}$/) })
  })

  it('begins no session if none was sent and nothing is set', async () => {
    for (const options of [{}, { store: memoryStore() }]) {
      const visitor = createVisitor(options)
      await visitor.visit((session) => session.regenerate())
      expect(visitor.sent).toEqual([])
    }
  })
})
