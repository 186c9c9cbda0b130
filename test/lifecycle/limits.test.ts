import { afterEach, describe, expect, it, vi } from 'vitest'
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

  it('start anew for an invalidated session', async () => {
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
