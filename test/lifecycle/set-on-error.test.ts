import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Session } from '../../src/session/index.ts'
import { at, start } from '../kit/clock.ts'
import { cookieName, payloadOf, sign } from '../kit/tokens.ts'
import { createReturningVisitor, createVisitor, type Data, type Use } from '../kit/visitor.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('setOnError', () => {
  const fail = (use: Use) => async (session: Session<Data>) => {
    await use(session)
    throw new Error('broken')
  }

  it('keeps the changes of a handler that throws, by default', async () => {
    const visitor = await createReturningVisitor()
    await expect(visitor.visit(fail((session) => session.set('n', 2)))).rejects.toThrow('broken')
    expect(await visitor.visit((session) => session.get('n'))).toBe(2)
  })

  it.each<[string, Use]>([
    ['set()', (session) => session.set('n', 2)],
    ['a nested change', (session) => session.get('list')?.push(3)],
    ['delete()', (session) => session.delete('n')],
    ['clear()', (session) => session.clear()],
    ['flash()', (session) => session.flash('lost')],
    ['popFlash()', (session) => session.popFlash()],
    ['changed()', (session) => session.changed()],
  ])('false: drops %s of a handler that throws', async (_, use) => {
    const visitor = await createReturningVisitor({ setOnError: false })
    const before = visitor.token
    await expect(visitor.visit(fail(use))).rejects.toThrow('broken')
    expect(visitor.sent).toEqual([])
    expect(visitor.token).toBe(before)
  })

  it('false: keeps changes if nothing is thrown', async () => {
    const visitor = await createReturningVisitor({ setOnError: false })
    await visitor.visit((session) => session.set('n', 2))
    expect(await visitor.visit((session) => session.get('n'))).toBe(2)
  })

  it('false: keeps invalidate(), and drops later writes', async () => {
    const visitor = await createReturningVisitor({ setOnError: false })
    const use = fail((session) => {
      session.invalidate()
      session.set('n', 2)
    })
    await expect(visitor.visit(use)).rejects.toThrow('broken')
    expect(visitor.sent).toEqual([expect.stringContaining('Max-Age=0')])
  })

  it('false: keeps regenerate(), and drops writes', async () => {
    const visitor = await createReturningVisitor({ setOnError: false })
    const use = fail((session) => {
      session.set('n', 2)
      session.regenerate()
    })
    await expect(visitor.visit(use)).rejects.toThrow('broken')
    const data = (payloadOf(visitor.token) as [number, number, object])[2]
    expect(data).toEqual({ n: 1, list: [1, 2], nested: { a: { b: 1 } }, _f_: ['hello'] })
  })

  it('false: still re-issues a session that was read', async () => {
    at(0)
    const visitor = await createReturningVisitor({ setOnError: false })
    at(121)
    await expect(visitor.visit(fail((session) => session.set('n', 2)))).rejects.toThrow('broken')
    expect(payloadOf(visitor.token)).toMatchObject({ 0: start + 121, 1: start, 2: { n: 1 } })
  })
  it('false: keeps regenerate() for data whose stamps are at the limit of clock skew', async () => {
    at(0.9)
    const visitor = createVisitor({ setOnError: false })
    visitor.cookies.set(cookieName, await sign([start, start + 60.5, { n: 1 }]))
    const regenerate = visitor.visit((session) => {
      session.regenerate()
      throw new Error('broken')
    })
    await expect(regenerate).rejects.toThrow('broken')
    expect(payloadOf(visitor.token)).toEqual([start, start + 60.5, { n: 1 }])
  })
})
