import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { at } from '../kit/clock.ts'
import { race, visitSlowly } from '../kit/race.ts'
import { createVisitor } from '../kit/visitor.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('two concurrent requests that change one session', () => {
  it('both count with update()', async () => {
    const count = (session: { update: (key: string, make: (n: unknown) => unknown) => unknown }) =>
      session.update('n', (n) => Number(n ?? 0) + 1)
    const { visitor, result } = await race(count, count)
    expect(result).toBe(1) // what its own request saw
    expect(await visitor.visit((session) => session.get('n'))).toBe(2)
  })

  it('both have their keys set, deleted and mutated', async () => {
    const { visitor } = await race(
      (session) => {
        session.set('slow', true)
        session.delete('gone')
        ;(session.get('list') as number[]).push(1)
      },
      (session) => {
        session.set('quick', true)
        ;(session.get('map') as Record<string, number>).b = 2
      },
      {
        prepare(session) {
          session.set('gone', 1)
          session.set('list', [0])
          session.set('map', { a: 1 })
        },
      },
    )
    expect(await visitor.visit((session) => Object.fromEntries(session.entries()))).toEqual({
      list: [0, 1],
      map: { a: 1, b: 2 },
      quick: true,
      slow: true,
    })
  })

  it('both have their flash messages kept, in order', async () => {
    const { visitor } = await race(
      (session) => session.flash('slow'),
      (session) => session.flash('quick'),
    )
    expect(await visitor.visit((session) => session.popFlash())).toEqual(['quick', 'slow'])
  })

  it('keep a duplicate message once if allowDuplicate is false', async () => {
    const { visitor } = await race(
      (session) => session.flash('same', '', false),
      (session) => session.flash('same', '', false),
    )
    expect(await visitor.visit((session) => session.popFlash())).toEqual(['same'])
  })

  it('lose no message to popFlash(), which removes only what it returned', async () => {
    const { visitor, result } = await race(
      (session) => session.popFlash(),
      (session) => session.flash('late'),
      { prepare: (session) => session.flash('early') },
    )
    expect(result).toEqual(['early'])
    expect(await visitor.visit((session) => session.popFlash())).toEqual(['late'])
  })

  it('have everything but flash messages removed by clear()', async () => {
    const { visitor } = await race(
      (session) => session.clear(),
      (session) => {
        session.set('late', 1)
        session.flash('stays')
      },
    )
    expect(await visitor.visit((session) => [session.keys(), session.popFlash()])).toEqual([
      [],
      ['stays'],
    ])
  })

  it('have their changes replayed in order', async () => {
    const { visitor } = await race(
      (session) => {
        const list: number[] = []
        session.set('list', list)
        list.push(1)
        session.update('list', (value) => [...(value as number[]), 2])
        ;(session.get('list') as number[]).push(3)
      },
      (session) => session.set('other', 1),
    )
    expect(await visitor.visit((session) => session.get('list'))).toEqual([1, 2, 3])
  })
})

describe('a request that is in flight for minutes', () => {
  it('loses no update', async () => {
    at(0)
    const { visitor } = await race(
      (session) => session.set('slow', 1),
      (session) => {
        at(100)
        session.set('quick', 1)
      },
    )
    expect(await visitor.visit((session) => session.keys())).toEqual(['base', 'quick', 'slow'])
  })
})

describe('a session that is about to expire', () => {
  it('survives if another request extended it after a reader found it expired', async () => {
    at(0)
    const visitor = createVisitor({ store: memoryStore() })
    await visitor.visit((session) => session.set('base', 1))
    at(1200)
    const extend = await visitSlowly(visitor, (session) => session.set('more', 1))
    at(1200.5)
    const finishReading = await visitSlowly(visitor, () => undefined)
    await extend()
    await finishReading()
    expect(visitor.sent).toEqual([])
    expect(await visitor.visit((session) => session.keys())).toEqual(['base', 'more'])
  })
})

describe('a conflict with a schema', () => {
  it('is replayed on the other request’s data as the schema transforms it', async () => {
    const schema = z.object({
      cart: z.union([z.array(z.string()), z.string().transform((text) => text.split(','))]),
      y: z.number().optional(),
    })
    const store = memoryStore()
    const old = createVisitor({ store })
    await old.visit((session) => session.set('cart', 'tea,milk'))
    const current = createVisitor({ store, schema })
    current.token = old.token
    const add = await visitSlowly(current, (session) =>
      session.update('cart', (cart) => [...(cart as string[]), 'bread']),
    )
    await old.visit((session) => session.set('y', 1))
    await add()
    expect(await current.visit((session) => session.get('cart'))).toEqual(['tea', 'milk', 'bread'])
  })
})
