import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Session } from '../../src/session/index.ts'
import { at, start } from '../kit/clock.ts'
import { cookieName, payloadOf, sign } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

const removal = `${cookieName}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax`

afterEach(() => {
  vi.useRealTimers()
})

describe('timeout and lifetime', () => {
  it('end a session after 20 idle minutes', async () => {
    at(0)
    const token = await sign([start, start, { a: 1 }])
    at(1200)
    expect(await createVisitor().present(token)).toEqual({ a: 1 })
    at(1201)
    expect(await createVisitor().present(token)).toEqual({})
  })

  it('end a session without waiting for the next whole second', async () => {
    const token = await sign([start, start, { a: 1 }])
    at(1200.001)
    expect(await createVisitor().present(token)).toEqual({})
    expect(await createVisitor({ timeout: null, lifetime: 1200 }).present(token)).toEqual({})
  })

  it('keep a session that is used before each timeout', async () => {
    at(0)
    const visitor = createVisitor()
    await visitor.visit((session) => session.set('a', 1))
    for (const seconds of [1200, 2400, 3600]) {
      at(seconds)
      expect(await visitor.visit((session) => session.get('a'))).toBe(1)
    }
  })

  it('end a session after 8 hours however active it is', async () => {
    at(0)
    const visitor = createVisitor()
    await visitor.visit((session) => session.set('n', 0))
    for (let seconds = 600; seconds <= 28_800; seconds += 600) {
      at(seconds)
      await visitor.visit((session) => session.update('n', (n) => (n as number) + 1))
    }
    expect(await visitor.visit((session) => [session.get('n'), session.created])).toEqual([
      48,
      start,
    ])
    at(28_801)
    const after = await visitor.visit((session) => [session.size, session.new, session.created])
    expect(after).toEqual([0, true, start + 28_801])
  })

  it('end a regenerated session at the original time', async () => {
    at(0)
    const visitor = createVisitor({ lifetime: 100 })
    await visitor.visit((session) => session.set('a', 1))
    at(100)
    await visitor.visit((session) => session.regenerate())
    at(101)
    expect(await visitor.visit((session) => session.size)).toBe(0)
  })

  it('start again for an invalidated session', async () => {
    at(0)
    const visitor = createVisitor({ lifetime: 100 })
    await visitor.visit((session) => session.set('a', 1))
    at(100)
    await visitor.visit((session) => {
      session.invalidate()
      session.set('b', 2)
    })
    expect(payloadOf(visitor.token)).toEqual([start + 100, start + 100, { b: 2 }])
    at(200)
    expect(await visitor.visit((session) => session.get('b'))).toBe(2)
  })

  it('can be switched off', async () => {
    at(0)
    const token = await sign([start, start, { a: 1 }])
    at(1_000_000_000)
    expect(await createVisitor({ timeout: null, lifetime: null }).present(token)).toEqual({ a: 1 })
    expect(await createVisitor({ timeout: null }).present(token)).toEqual({})
    expect(await createVisitor({ lifetime: null }).present(token)).toEqual({})
  })

  it('delete the cookie of an expired session that is opened', async () => {
    at(0)
    const visitor = createVisitor()
    await visitor.visit((session) => session.set('a', 1))
    at(1201)
    await visitor.visit((session) => session.get('a'))
    expect(visitor.sent).toEqual([removal])
    expect(visitor.token).toBeUndefined()
  })

  it('delete the cookie of an expired session that is invalidated', async () => {
    at(0)
    const visitor = createVisitor()
    await visitor.visit((session) => session.set('a', 1))
    at(1201)
    await visitor.visit((session) => session.invalidate())
    expect(visitor.sent).toEqual([removal])
  })

  it('let a request that writes to an expired session start a new one', async () => {
    at(0)
    const visitor = createVisitor()
    await visitor.visit((session) => session.set('a', 1))
    at(1201)
    await visitor.visit((session) => session.set('b', 2))
    expect(payloadOf(visitor.token)).toEqual([start + 1201, start + 1201, { b: 2 }])
  })
})

describe('renewed', () => {
  it('is the time of the commit, so that a 25-minute upload does not log its visitor out', async () => {
    at(0)
    const visitor = createVisitor()
    await visitor.visit((session) => session.set('a', 1))
    await visitor.visit((session) => {
      at(1500)
      session.set('upload', 'done')
    })
    at(1501)
    expect(await visitor.visit((session) => session.get('upload'))).toBe('done')
    expect(payloadOf(visitor.token)).toMatchObject({ 0: start + 1500, 1: start })
  })
})

describe('session.expires', () => {
  it.each<[string, object, (session: Session) => unknown, number | null]>([
    ['the idle timeout, from now, of a new session', {}, () => {}, start + 1300],
    [
      'the idle timeout, from the last write, of one that is read',
      { from: 0 },
      () => {},
      start + 1200,
    ],
    [
      'the idle timeout, from now, of one that is changed',
      { from: 0 },
      (s) => s.set('b', 1),
      start + 1300,
    ],
    [
      'the idle timeout, from now, of one that is due for its re-issue',
      { from: 0, reissueTime: 99 },
      () => {},
      start + 1300,
    ],
    [
      'the idle timeout, from the last write, of one that is not due',
      { from: 0, reissueTime: 100 },
      () => {},
      start + 1200,
    ],
    [
      'the idle timeout, from now, of one that flashes',
      { from: 0 },
      (s) => s.flash('hello'),
      start + 1300,
    ],
    [
      'the idle timeout, from the last write, of one that ends as it began',
      { from: 0 },
      (s) => s.set('a', 1),
      start + 1200,
    ],
    [
      'the limits of a session that begins, after invalidate()',
      { from: 0, lifetime: 1250 },
      (s) => s.invalidate(),
      start + 1300,
    ],
    [
      'the lifetime since the beginning, after regenerate()',
      { from: 0, lifetime: 1250 },
      (s) => s.regenerate(),
      start + 1250,
    ],
    [
      'the idle timeout, from now, of one that changed() writes',
      { from: 0 },
      (s) => s.changed(),
      start + 1300,
    ],
    [
      'the absolute lifetime, if that is shorter',
      { from: 0, lifetime: 1250 },
      (s) => s.set('b', 1),
      start + 1250,
    ],
    ['never, without both', { timeout: null, lifetime: null }, () => {}, null],
    ['the lifetime alone, without a timeout', { from: 0, timeout: null }, () => {}, start + 28_800],
  ])('is %s', async (_, { from, ...options }: { from?: number }, use, expected) => {
    const visitor = createVisitor(options)
    if (from !== undefined) {
      at(from)
      await visitor.visit((session) => session.set('a', 1))
    }
    at(100)
    const expires = await visitor.visit((session) => {
      use(session)
      return session.expires
    })
    expect(expires).toBe(expected)
  })
})

it.each<[object, string]>([
  [
    { cookie: { maxAge: 60 }, reissueTime: 120 },
    'cookie.maxAge is 60: it must exceed reissueTime (120), or readers lose the session',
  ],
  [
    { cookie: { maxAge: 120 }, reissueTime: 120 },
    'cookie.maxAge is 120: it must exceed reissueTime (120)',
  ],
  [
    { cookie: { maxAge: 600 }, reissueTime: null },
    'cookie.maxAge is 600: with reissueTime null it must be at least 1200',
  ],
])('a cookie that ends before its session is re-issued is refused: %o', (options, message) => {
  expect(() => createVisitor(options)).toThrow(RangeError)
  expect(() => createVisitor(options)).toThrow(message)
})

it('reissueTime is a tenth of cookie.maxAge if that is shorter than the timeout', async () => {
  at(0)
  const visitor = createVisitor({ cookie: { maxAge: 300 } })
  await visitor.visit((session) => session.set('a', 1))
  at(30)
  await visitor.visit((session) => session.get('a'))
  expect(visitor.sent).toEqual([])
  at(31)
  await visitor.visit((session) => session.get('a'))
  expect(visitor.sent).toHaveLength(1)
})
