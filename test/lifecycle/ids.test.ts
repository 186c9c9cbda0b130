import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { at } from '../kit/clock.ts'
import { watched } from '../kit/stores.ts'
import { otherSecret, secret } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

let store: ReturnType<typeof watched>

beforeEach(() => {
  at(0)
  store = watched(memoryStore())
})
afterEach(() => {
  vi.useRealTimers()
})

const count = (session: { update: (key: string, make: (n: unknown) => unknown) => unknown }) =>
  session.update('n', (n) => Number(n ?? 0) + 1)

describe('an id', () => {
  it('without a record is replaced by a new one', async () => {
    const visitor = createVisitor({ store })
    const id = await visitor.visit((session) => {
      session.set('a', 1)
      return session.id
    })
    const reasons: string[] = []
    const other = createVisitor({
      store: memoryStore(),
      onReject: (reason) => void reasons.push(reason),
    })
    other.token = visitor.token
    const next = await other.visit((session) => {
      session.set('a', 2)
      return session.id
    })
    expect(reasons).toEqual(['unknown'])
    expect(next).not.toBe(id)
    expect(other.token).not.toBe(visitor.token)
  })

  it('is forged for a site whose sessions are cookies', async () => {
    const visitor = createVisitor({ store })
    await visitor.visit(count)
    const reasons: string[] = []
    const app = createVisitor({
      onReject: (reason) => void reasons.push(reason),
    })
    app.token = visitor.token
    expect(await app.visit((session) => [session.new, session.id])).toEqual([true, undefined])
    expect(reasons).toEqual(['forged'])
  })

  it('is re-signed by the newest secret if its record still exists', async () => {
    const visitor = createVisitor({ store })
    await visitor.visit(count)
    const before = visitor.token
    const rotated = createVisitor({ store, secret: [otherSecret, secret] })
    rotated.token = before
    store.calls.length = 0
    expect(await rotated.visit((session) => session.get('n'))).toBe(1)
    expect(rotated.token).not.toBe(before)
    expect(store.calls.map(([name]) => name)).toEqual(['get', 'get'])
    const retired = createVisitor({ store, secret: otherSecret })
    retired.token = rotated.token
    expect(await retired.visit((session) => session.get('n'))).toBe(1)
  })

  it('changes at regenerate(), while the data stays', async () => {
    const visitor = createVisitor({ store })
    const id = await visitor.visit((session) => {
      session.set('a', 1)
      return session.id
    })
    const next = await visitor.visit((session) => {
      session.regenerate()
      return session.id
    })
    expect(next).not.toBe(id)
    expect(await visitor.visit((session) => [session.id, session.get('a')])).toEqual([next, 1])
  })

  it('changes at invalidate(), for data that is set afterward', async () => {
    const visitor = createVisitor({ store })
    const id = await visitor.visit((session) => {
      session.set('a', 1)
      return session.id
    })
    await visitor.visit((session) => {
      session.invalidate()
      session.flash('Bye')
    })
    const after = await visitor.visit((session) => [session.id, session.size, session.popFlash()])
    expect(after).toEqual([expect.not.stringMatching(String(id)), 0, ['Bye']])
  })
})
