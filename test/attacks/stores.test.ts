import { afterEach, describe, expect, it, vi } from 'vitest'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { at } from '../kit/clock.ts'
import { gate } from '../kit/race.ts'
import { watched } from '../kit/stores.ts'
import { createVisitor } from '../kit/visitor.ts'

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('ten tabs that load concurrently', () => {
  it.each([0, 60, 120])(
    'set no cookie %i s after the last write if they only read',
    async (seconds) => {
      at(0)
      const visitor = createVisitor()
      await visitor.visit((session) => session.set('user', 'mary'))
      at(seconds)
      const sent = await Promise.all(
        Array.from({ length: 10 }, async () => {
          await visitor.visit((session) => session.get('user'))
          return visitor.sent
        }),
      )
      expect(sent.flat()).toEqual([])
    },
  )

  it('extend a session in a store by one write, and set no cookie', async () => {
    at(0)
    const store = watched(memoryStore())
    const visitor = createVisitor({ store })
    await visitor.visit((session) => session.set('user', 'mary'))
    at(121)
    const all = Array.from({ length: 10 }, gate)
    const cookie = visitor.token
    store.calls.length = 0
    const replaced = vi.spyOn(store, 'swap')
    await Promise.all(
      all.map(async (opened) => {
        await visitor.visit(async (session) => {
          session.get('user')
          opened.resolve()
          await Promise.all(all.map(({ promise }) => promise))
        })
        expect(visitor.sent).toEqual([])
      }),
    )
    const swaps = await Promise.all(replaced.mock.results.map(({ value }) => value))
    expect(swaps.filter(({ swapped }) => swapped)).toHaveLength(1)
    expect(store.calls).toHaveLength(20) // one call each, without a retry
    expect(visitor.token).toBe(cookie)
  })
})

describe('a handler that throws, with setOnError false', () => {
  const logout = (session: { invalidate(): void; regenerate(): void }) => session.invalidate()

  it.each(['invalidate', 'regenerate'] as const)(
    'still ends the old id with %s()',
    async (method) => {
      const store = memoryStore()
      const visitor = createVisitor({ store, setOnError: false })
      await visitor.visit((session) => session.set('user', 'mary'))
      const thief = createVisitor({ store })
      thief.token = visitor.token
      const { status } = await visitor.attempt((session) => {
        session[method]()
        session.set('late', 1)
        throw new Error('broken')
      })
      expect(status).toBe(500)
      expect(await thief.visit((session) => [session.new, session.size])).toEqual([true, 0])
      const left = await visitor.visit((session) => session.entries())
      expect(left).toEqual(method === 'regenerate' ? [['user', 'mary']] : [])
      await visitor.visit(logout)
    },
  )
})
