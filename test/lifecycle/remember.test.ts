import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import {
  type Session,
  SessionCommittedError,
  type SessionOptions,
} from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { readSession, sealSession } from '../../src/session/testing.ts'
import { at, start } from '../kit/clock.ts'
import { visitSlowly } from '../kit/race.ts'
import { secret } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

afterEach(() => {
  vi.useRealTimers()
})

const day = 86_400
const remember = { timeout: 30 * day, lifetime: 90 * day }

describe.each<[string, () => Partial<SessionOptions>]>([
  ['a signed cookie', () => ({})],
  ['a sealed cookie', () => ({ encrypt: true }) as object],
  ['a store', () => ({ store: memoryStore() })],
])('session.remember(), with the session in %s', (_, options) => {
  const login = async () => {
    at(0)
    const visitor = createVisitor<{ user: string }>({ ...(options() as object), remember })
    await visitor.visit((session) => {
      session.regenerate()
      session.set('user', 'mary')
      session.remember()
    })
    return visitor
  }
  const isIn = (session: { get(key: 'user'): unknown }) => session.get('user') === 'mary'

  it('keeps the cookie for the timeout, while others end with the browser', async () => {
    const visitor = await login()
    expect(visitor.sent).toEqual([expect.stringContaining(`; Max-Age=${30 * day};`)])
    const other = createVisitor({ ...options(), remember })
    await other.visit((session) => session.set('a', 1))
    expect(other.sent).toEqual([expect.not.stringContaining('Max-Age')])
  })

  it('lets the session live for its own timeout, on the server', async () => {
    const visitor = await login()
    at(30 * day)
    expect(await visitor.visit(isIn)).toBe(true)
    const late = await login()
    at(30 * day + 1)
    expect(await late.visit(isIn)).toBe(false)
  })

  it('ends at its own lifetime, however active the visitor is', async () => {
    const visitor = await login()
    for (let days = 20; days <= 80; days += 20) {
      at(days * day)
      expect(await visitor.visit(isIn)).toBe(true)
    }
    at(90 * day)
    expect(await visitor.visit(isIn)).toBe(true)
    at(90 * day + 1)
    expect(await visitor.visit(isIn)).toBe(false)
  })

  it('re-issues the session and its cookie once a day', async () => {
    const visitor = await login()
    at(day)
    await visitor.visit(isIn)
    expect(visitor.sent).toEqual([])
    at(day + 1)
    await visitor.visit(isIn)
    expect(visitor.sent).toEqual([expect.stringContaining(`; Max-Age=${30 * day};`)])
  })

  it('survives regenerate() and clear(), and ends with invalidate()', async () => {
    const visitor = await login()
    const remembered = (session: { remembered: boolean }) => session.remembered
    await visitor.visit((session) => session.regenerate())
    expect(await visitor.visit(remembered)).toBe(true)
    await visitor.visit((session) => session.clear())
    expect(await visitor.visit(remembered)).toBe(true)
    await visitor.visit((session) => {
      session.invalidate()
      session.set('user', 'bob')
    })
    expect(visitor.sent).toEqual([expect.not.stringContaining('Max-Age')])
    expect(await visitor.visit(remembered)).toBe(false)
  })

  it('is taken back by remember(false): the cookie ends with the browser again', async () => {
    const visitor = await login()
    at(60)
    await visitor.visit((session) => session.remember(false))
    expect(visitor.sent).toEqual([expect.not.stringContaining('Max-Age')])
    at(60 + 1201)
    expect(await visitor.visit(isIn)).toBe(false)
  })

  it('is invisible among the data', async () => {
    const visitor = await login()
    expect(await visitor.visit((session) => [session.keys(), session.size])).toEqual([['user'], 1])
  })

  it('sets the end that `expires` returns', async () => {
    const visitor = await login()
    expect(await visitor.visit((session) => session.expires)).toBe(start + 30 * day)
  })

  it('works with the testing kit', async () => {
    at(0)
    const all = { secret, ...options(), remember } as SessionOptions<{ user: string }>
    const Cookie = await sealSession({ user: 'mary' }, all, { remembered: true })
    at(29 * day)
    const visitor = createVisitor<{ user: string }>({ ...all })
    const headers = { Cookie }
    expect(
      await visitor.visit((session) => [session.remembered, isIn(session)], { headers }),
    ).toEqual([true, true])
    expect(await readSession(visitor.response, all)).toMatchObject({ remembered: true })
  })
})

describe('a cookie that another tab asks for at the same time', () => {
  const on = (session: Session) => session.remember()
  const off = (session: Session) => session.remember(false)
  const write = (session: Session) => session.set('n', 2)
  const regenerate = (session: Session) => session.regenerate()
  const read = (session: Session) => session.get('base')

  it.each<[string, string, (session: Session) => unknown, (session: Session) => unknown]>([
    ['ends with the browser', 'a write after remember(false)', off, write],
    ['ends with the browser', 'regenerate() after remember(false)', off, regenerate],
    ['ends with the browser', 'a re-issue after remember(false)', off, read],
    ['stays', 'a write after remember()', on, write],
    ['stays', 'regenerate() after remember()', on, regenerate],
  ])('%s: %s', async (ending, _, quick, slow) => {
    at(0)
    const first = (session: Session) => {
      session.set('base', 1)
      session.remember(quick === off)
    }
    const store = memoryStore()
    const visitor = createVisitor({ store, remember })
    await visitor.visit(first)
    at(quick === off ? day + 1 : 60)
    const finish = await visitSlowly(visitor, slow)
    await visitor.visit(quick)
    await finish()
    const cookie = expect.stringContaining('; Max-Age=')
    expect(visitor.sent).toEqual([ending === 'stays' ? cookie : expect.not.stringContaining('Max')])
    expect(await visitor.visit((session) => session.remembered)).toBe(ending === 'stays')
  })
})

it('a re-signed cookie ends with the browser if another tab has said so', async () => {
  at(0)
  const store = memoryStore()
  const before = createVisitor({ store, remember })
  await before.visit((session) => session.remember())
  const newest = 'the newest secret of a rotation, 32 bytes at least'
  const visitor = createVisitor({ store, remember, secret: [newest, secret] })
  visitor.token = before.token
  const finish = await visitSlowly(visitor, (session) => session.get('a'))
  await before.visit((session) => session.remember(false))
  await finish()
  expect(visitor.sent).toEqual([expect.not.stringContaining('Max-Age')])
})

it.each([
  [600, 60],
  [86_400 * 5, 43_200],
  [86_400 * 20, 86_400],
])('a remembered session of %i idle seconds is re-issued after %i', async (timeout, reissue) => {
  at(0)
  const visitor = createVisitor({ remember: { timeout, lifetime: timeout * 2 } })
  await visitor.visit((session) => {
    session.set('a', 1)
    session.remember()
  })
  at(reissue)
  await visitor.visit((session) => session.get('a'))
  expect(visitor.sent).toEqual([])
  at(reissue + 1)
  await visitor.visit((session) => session.get('a'))
  expect(visitor.sent).toEqual([expect.stringContaining(`; Max-Age=${timeout};`)])
})

it('a remembered session has its own Max-Age, and that of cookie.maxAge once it is not remembered', async () => {
  const visitor = createVisitor({ remember, cookie: { maxAge: 600 } })
  const maxAges: unknown[] = []
  for (const stay of [undefined, true, false]) {
    await visitor.visit((session) => {
      session.update('n', (n) => Number(n ?? 0) + 1)
      if (stay !== undefined) session.remember(stay)
    })
    maxAges.push(/Max-Age=(\d+)/.exec(visitor.sent[0] ?? '')?.[1])
  }
  expect(maxAges).toEqual(['600', `${30 * day}`, '600'])
})

it('a remembered session is seen by a schema without its mark, and keeps it', async () => {
  const schema = z.strictObject({ user: z.string() })
  const visitor = createVisitor({ remember, schema })
  await visitor.visit((session) => {
    session.set('user', 'mary')
    session.remember()
  })
  const seen = await visitor.visit((session) => [session.entries(), session.remembered])
  expect(seen).toEqual([[['user', 'mary']], true])
})

it('session.remember() after the commit is a SessionCommittedError', async () => {
  const opened: Session[] = []
  await createVisitor({ remember }).visit((session) => void opened.push(session))
  expect(() => opened[0]?.remember()).toThrow(SessionCommittedError)
})

it('session.remember() without the option is a TypeError that names it', async () => {
  const visit = createVisitor().visit((session) => session.remember())
  await expect(visit).rejects.toThrow(
    new TypeError(
      'session.remember(): session() has no option `remember`: give it { timeout, lifetime } in seconds',
    ),
  )
})

it('a remembered session has the usual limits again where the option was removed', async () => {
  at(0)
  const before = createVisitor({ remember })
  await before.visit((session) => {
    session.set('a', 1)
    session.remember()
  })
  const after = createVisitor()
  after.token = before.token
  at(1201)
  expect(await after.visit((session) => [session.remembered, session.new])).toEqual([false, true])
})

it.each<[object, RegExp]>([
  [{ timeout: 60 }, /remember\.lifetime is null: give whole seconds/],
  [{ lifetime: 60 }, /remember\.timeout is null: give whole seconds/],
  [{ timeout: 60, lifetime: undefined }, /remember\.lifetime is null: give whole seconds/],
  [{ timeout: undefined, lifetime: 60 }, /remember\.timeout is null: give whole seconds/],
  [{ timeout: 0, lifetime: 60 }, /remember\.timeout is 0: give whole seconds, at least 1/],
  [{ timeout: 34_560_001, lifetime: 60 }, /remember\.timeout is 34560001: .* at most 34560000/],
  [{ timeout: 60, lifetime: 60, days: 1 }, /remember\.days is not an option/],
])('the option remember: %o is refused', (given, message) => {
  expect(() => createVisitor({ remember: given as never })).toThrow(message)
})
