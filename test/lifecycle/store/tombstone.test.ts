import { afterEach, describe, expect, it, vi } from 'vitest'
import { at } from '../../kit/clock.ts'
import { race } from '../../kit/race.ts'
import { otherSecret, secret } from '../../kit/tokens.ts'
import { createVisitor } from '../../kit/visitor.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('a request in flight', () => {
  it('never undoes a logout', async () => {
    const { visitor, store, token, slowSent } = await race(
      (session) => session.set('user', 'mary'),
      (session) => session.invalidate(),
    )
    expect(slowSent).toEqual([])
    expect(visitor.token).toBeUndefined()
    const thief = createVisitor({ store })
    thief.token = token
    expect(await thief.visit((session) => [session.new, session.size])).toEqual([true, 0])
    expect(thief.sent).toEqual([])
  })

  it('never undoes a login: the old id stays dead and sets no cookie', async () => {
    const { visitor, store, token, afterQuick, slowSent } = await race(
      (session) => session.set('planted', 1),
      (session) => {
        session.regenerate()
        session.set('user', 'mary')
      },
    )
    expect(slowSent).toEqual([])
    expect(visitor.token).toBe(afterQuick)
    expect(await visitor.visit((session) => session.keys())).toEqual(['base', 'user'])
    const oldTab = createVisitor({ store })
    oldTab.token = token
    await oldTab.visit((session) => session.set('late', 1))
    expect(oldTab.sent).toEqual([])
  })

  it('has its change kept if it finished before regenerate()', async () => {
    const { visitor } = await race(
      (session) => session.regenerate(),
      (session) => session.set('late', 1),
    )
    expect(await visitor.visit((session) => Object.fromEntries(session.entries()))).toEqual({
      base: 1,
      late: 1,
    })
  })

  it('cannot keep a session alive after a logout', async () => {
    const { visitor } = await race(
      (session) => session.invalidate(),
      (session) => session.set('late', 1),
    )
    expect(visitor.token).toBeUndefined()
  })

  it('that also regenerates is dropped, with the record that it created', async () => {
    const { visitor, store, afterQuick, slowSent } = await race(
      (session) => session.regenerate(),
      (session) => session.regenerate(),
    )
    expect(slowSent).toEqual([])
    expect(visitor.token).toBe(afterQuick)
    const keys = new Set(store.calls.map(([, key]) => String(key)))
    const kept = await Promise.all([...keys].map((key) => store.get(key)))
    expect(kept.filter((text) => text?.startsWith('['))).toHaveLength(1)
    expect(await visitor.visit((session) => session.get('base'))).toBe(1)
  })

  it('that only re-issues the session does not retry', async () => {
    const { store } = await race(
      () => undefined,
      (session) => session.set('quick', 1),
      { options: { reissueTime: 0 } },
    )
    expect(store.calls.filter(([name]) => name === 'swap')).toHaveLength(2)
  })

  it.each(['invalidate', 'regenerate'] as const)(
    'that takes minutes has its %s() honored',
    async (method) => {
      at(0)
      const { store, token } = await race(
        (session) => session[method](),
        (session) => {
          at(100)
          session.set('other', 1)
        },
      )
      const thief = createVisitor({ store })
      thief.token = token
      expect(await thief.visit((session) => session.size)).toBe(0)
    },
  )
})

describe('an id whose secret is retired while a request is in flight', () => {
  it.each(['regenerate', 'invalidate'] as const)('is not re-signed after %s()', async (method) => {
    const { slowSent } = await race(
      () => undefined,
      (session) => session[method](),
      { later: { secret: [otherSecret, secret] } },
    )
    expect(slowSent).toEqual([])
  })
})
