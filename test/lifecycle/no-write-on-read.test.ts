import { afterEach, describe, expect, it, vi } from 'vitest'
import { csrfToken, type Session, type SessionOptions } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { at, start } from '../kit/clock.ts'
import { cookieName, payloadOf } from '../kit/tokens.ts'
import { createReturningVisitor, createVisitor, type Data, type Use } from '../kit/visitor.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('a session that is only read', () => {
  it('sets no cookie for a visitor who has none', async () => {
    const visitor = createVisitor<{ a: number }>()
    await visitor.visit((session) => [
      ...[session.get('a'), session.has('a'), session.size, session.new, session.created],
      ...[session.keys(), session.entries(), session.peekFlash(), session.popFlash()],
      ...[session.delete('a'), session.clear()],
    ])
    expect(visitor.sent).toEqual([])
  })

  it.each([
    ['is not written when its last write was reissueTime ago', undefined, 120, false],
    ['is written one second later', undefined, 121, true],
    ['is not written at its own reissueTime', 30, 30, false],
    ['is written one second after its own reissueTime', 30, 31, true],
    ['is not written in the second of its last write, even if reissueTime is 0', 0, 0, false],
    ['is written a second after its last write if reissueTime is 0', 0, 1, true],
    ['is never written if reissueTime is null', null, 1200, false],
  ])('%s', async (_, reissueTime, seconds, written) => {
    at(0)
    const visitor = createVisitor(reissueTime === undefined ? {} : { reissueTime })
    await visitor.visit((session) => session.set('a', 1))
    at(seconds)
    await visitor.visit((session) => session.get('a'))
    expect(visitor.sent).toHaveLength(written ? 1 : 0)
    const renewed = written ? start + seconds : start
    expect(payloadOf(visitor.token)).toEqual([renewed, start, { a: 1 }])
  })

  it('is re-issued after a tenth of its timeout', async () => {
    at(0)
    const visitor = createVisitor({ timeout: 59 })
    await visitor.visit((session) => session.set('a', 1))
    at(5)
    await visitor.visit((session) => session.get('a'))
    expect(visitor.sent).toHaveLength(0)
    at(6)
    await visitor.visit((session) => session.get('a'))
    expect(visitor.sent).toHaveLength(1)
  })

  it('is never re-issued if it has no timeout', async () => {
    at(0)
    const visitor = createVisitor({ timeout: null, lifetime: null })
    await visitor.visit((session) => session.set('a', 1))
    at(100_000_000)
    expect(await visitor.visit((session) => session.get('a'))).toBe(1)
    expect(visitor.sent).toEqual([])
  })
})

describe('a session that ends as it began', () => {
  it.each<[string, Use]>([
    ['a value is set to what it was', (session) => session.set('n', 1)],
    ['a list is set to an equal one', (session) => session.set('list', [1, 2])],
    [
      'a value is set and set back',
      (session) => {
        session.set('n', 2)
        session.set('n', 1)
      },
    ],
    [
      'a value is deleted and set back',
      (session) => {
        session.delete('n')
        session.set('n', 1)
      },
    ],
    [
      'a key is added and deleted',
      (session) => {
        session.set('text', '')
        session.delete('text')
      },
    ],
    [
      'a nested value is changed and changed back',
      (session) => {
        const nested = session.get('nested')
        if (nested) nested.a.b = 2
        if (nested) nested.a.b = 1
      },
    ],
    ['update() changes nothing', (session) => session.update('n', (n = 0) => n)],
    ['a key that is not there is deleted', (session) => session.delete('text')],
    [
      'a message that waits already is not to wait twice',
      (session) => session.flash('hello', '', false),
    ],
    ['messages are only looked at', (session) => session.peekFlash().push('not kept')],
    ['there is no message to pop', (session) => session.popFlash('error' as '')],
    ['it has its CSRF token already', (session) => csrfToken(session)],
  ])('is not written if %s', async (_, use) => {
    const visitor = await createReturningVisitor()
    await visitor.visit(use)
    expect(visitor.sent).toEqual([])
  })
})

describe('a session that ends changed', () => {
  it.each<[string, Use, Partial<Data>]>([
    ['set()', (session) => session.set('n', 2), { n: 2 }],
    ['update()', (session) => session.update('n', (n = 0) => n + 1), { n: 2 }],
    [
      'a change in a list that get() gave',
      (session) => session.get('list')?.push(3),
      { list: [1, 2, 3] },
    ],
    [
      'a change deep in a value that get() gave',
      (session) => Object.assign(session.get('nested')?.a ?? {}, { b: 2 }),
      { nested: { a: { b: 2 } } },
    ],
    [
      'a change in a value that entries() gave',
      (session) => {
        for (const [key, value] of session.entries()) if (key === 'list') (value as number[]).pop()
      },
      { list: [1] },
    ],
    [
      'a change in a value after set() took it',
      (session) => {
        const list = [1, 2]
        session.set('list', list)
        list.push(4)
      },
      { list: [1, 2, 4] },
    ],
    [
      'a change in a value that get() gave before update() put it back',
      (session) =>
        session.update('list', (list = []) => {
          list.push(5)
          return list
        }),
      { list: [1, 2, 5] },
    ],
  ])('is written after %s', async (_, use, changed) => {
    const visitor = await createReturningVisitor()
    await visitor.visit(use)
    expect(visitor.sent).toHaveLength(1)
    expect(payloadOf(visitor.token)).toMatchObject({
      2: { n: 1, list: [1, 2], nested: { a: { b: 1 } }, ...changed },
    })
  })

  it('is written after changed(), even if its data is unchanged', async () => {
    const visitor = await createReturningVisitor()
    await visitor.visit((session) => session.changed())
    expect(visitor.sent).toHaveLength(1)
  })
})

describe('a session that ends empty', () => {
  async function withOneKey(options: Partial<SessionOptions<Data>> = {}) {
    const visitor = createVisitor<Data>(options)
    await visitor.visit((session) => session.set('n', 1))
    return visitor
  }

  it.each<[string, Use]>([
    ['delete()', (session) => session.delete('n')],
    ['clear()', (session) => session.clear()],
    ['invalidate()', (session) => session.invalidate()],
  ])('has its cookie deleted after %s', async (_, use) => {
    const visitor = await withOneKey()
    await visitor.visit(use)
    expect(visitor.sent).toEqual([
      `${cookieName}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax`,
    ])
    expect(visitor.token).toBeUndefined()
  })

  it.each<[string, NonNullable<SessionOptions['cookie']>, string]>([
    [
      'path and domain',
      { prefix: 'secure', path: '/shop', domain: 'shop.example' },
      '__Secure-session=; Max-Age=0; Domain=shop.example; Path=/shop; HttpOnly; Secure; SameSite=Lax',
    ],
    [
      'name without a prefix',
      { name: 'id', prefix: undefined, secure: false, sameSite: 'Strict' },
      'id=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict',
    ],
    [
      'partition',
      { partitioned: true, sameSite: 'None', maxAge: 60 },
      '__Host-session=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=None; Partitioned',
    ],
  ])('has its cookie deleted with its own %s', async (_, cookie, line) => {
    const visitor = await withOneKey({ cookie })
    await visitor.visit((session) => session.clear())
    expect(visitor.sent).toEqual([line])
  })

  it.each<[string, Use]>([
    [
      'it was written to and emptied',
      (session) => {
        session.set('n', 1)
        session.clear()
      },
    ],
    ['it was invalidated', (session) => session.invalidate()],
    ['it was regenerated', (session) => session.regenerate()],
  ])('sets no cookie for a visitor who had none if %s', async (_, use) => {
    const visitor = createVisitor<Data>()
    await visitor.visit(use)
    expect(visitor.sent).toEqual([])
  })

  it('is kept if changed() was called', async () => {
    const visitor = createVisitor<Data>()
    await visitor.visit((session) => session.changed())
    expect(await visitor.visit((session) => [session.new, session.size])).toEqual([false, 0])
    await visitor.visit((session) => session.set('n', 1))
    await visitor.visit((session) => {
      session.clear()
      session.changed()
    })
    expect(await visitor.visit((session) => [session.new, session.size])).toEqual([false, 0])
  })

  it.each<[string, (session: Session<Data>) => unknown, number]>([
    ['is only read', (session) => session.get('n'), 1],
    ['is due for its re-issue', (session) => session.get('n'), 121],
    ['gets a new identity', (session) => session.regenerate(), 1],
    [
      'is written to and emptied',
      (session) => {
        session.set('n', 1)
        session.clear()
      },
      121,
    ],
  ])('is kept, if it was kept empty by changed(), when it %s', async (_, use, later) => {
    for (const options of [{}, { store: memoryStore() }]) {
      at(0)
      const visitor = createVisitor<Data>(options)
      await visitor.visit((session) => session.changed())
      at(later)
      await visitor.visit(use)
      expect(await visitor.visit((session) => [session.new, session.size])).toEqual([false, 0])
    }
  })

  it('is removed by invalidate(), even if it was kept empty', async () => {
    const visitor = createVisitor<Data>()
    await visitor.visit((session) => session.changed())
    await visitor.visit((session) => session.invalidate())
    expect(visitor.token).toBeUndefined()
  })

  it('stays in a store until its time is up', async () => {
    at(0)
    const visitor = createVisitor<Data>({ store: memoryStore() })
    await visitor.visit((session) => session.set('n', 1))
    for (const seconds of [1, 1000, 2000]) {
      at(seconds)
      await visitor.visit((session) => session.clear())
      expect(await visitor.visit((session) => [session.new, session.size])).toEqual([false, 0])
    }
    at(3201)
    expect(await visitor.visit((session) => session.new)).toBe(true)
  })

  it.each<[string, Use]>([
    ['is read', (session) => session.get('n')],
    ['ends empty', (session) => session.clear()],
    ['is regenerated while empty', (session) => session.regenerate()],
  ])('leaves a cookie that is not honored alone if it %s', async (_, use) => {
    const visitor = createVisitor<Data>()
    visitor.cookies.set(cookieName, 'forged')
    await visitor.visit(use)
    expect(visitor.sent).toEqual([])
  })

  it('has a cookie that is not honored removed by invalidate()', async () => {
    const visitor = createVisitor<Data>()
    visitor.cookies.set(cookieName, 'forged')
    await visitor.visit((session) => session.invalidate())
    expect(visitor.sent).toEqual([expect.stringMatching(/^__Host-session=; Max-Age=0; /)])
  })
})
