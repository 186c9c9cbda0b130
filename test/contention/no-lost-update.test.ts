import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { gate, tabs, watched } from '../kit/stores.ts'
import { at, otherSecret, secret, start } from '../kit/visitor.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** Two tabs of one visitor: the slow one has opened the session before the quick one does anything. */
async function race<T>(
  slow: (session: Parameters<Parameters<ReturnType<typeof tabs>['visit']>[0]>[0]) => T,
  quick: Parameters<ReturnType<typeof tabs>['visit']>[0],
  prepare: Parameters<ReturnType<typeof tabs>['visit']>[0] = (session) => session.set('base', 1),
  options = {},
  later = options,
) {
  const store = watched(memoryStore())
  const first = tabs(store, options)
  await first.visit(prepare)
  const visitor = later === options ? first : tabs(store, later)
  visitor.cookie = first.cookie
  const cookie = visitor.cookie
  const opened = gate()
  const done = gate()
  const slowly = visitor.visit(async (session) => {
    session.get('base')
    opened.resolve()
    await done.promise
    return slow(session)
  })
  await opened.promise
  await visitor.visit(quick)
  const afterQuick = visitor.cookie
  done.resolve()
  const result = await slowly
  return { store, visitor, result, cookie, afterQuick, slowSent: visitor.sent }
}

describe('two requests that change one session', () => {
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
      (session) => {
        session.set('gone', 1)
        session.set('list', [0])
        session.set('map', { a: 1 })
      },
    )
    expect(await visitor.visit((session) => Object.fromEntries(session.entries()))).toEqual({
      list: [0, 1],
      map: { a: 1, b: 2 },
      quick: true,
      slow: true,
    })
  })

  it('both are heard: flash messages follow each other', async () => {
    const { visitor } = await race(
      (session) => session.flash('slow'),
      (session) => session.flash('quick'),
    )
    expect(await visitor.visit((session) => session.popFlash())).toEqual(['quick', 'slow'])
  })

  it('do not repeat a message that need not be', async () => {
    const { visitor } = await race(
      (session) => session.flash('same', '', false),
      (session) => session.flash('same', '', false),
    )
    expect(await visitor.visit((session) => session.popFlash())).toEqual(['same'])
  })

  it('lose no message to popFlash(), which takes what it showed and no more', async () => {
    const { visitor, result } = await race(
      (session) => session.popFlash(),
      (session) => session.flash('late'),
      (session) => session.flash('early'),
    )
    expect(result).toEqual(['early'])
    expect(await visitor.visit((session) => session.popFlash())).toEqual(['late'])
  })

  it('have all that is there by then cleared by clear(), but flash messages', async () => {
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

  it('make each change in its order again, from the values as they were then', async () => {
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

describe('a request in flight', () => {
  it('never undoes a logout', async () => {
    const { visitor, store, cookie, slowSent } = await race(
      (session) => session.set('user', 'mary'),
      (session) => session.invalidate(),
    )
    expect(slowSent).toEqual([])
    expect(visitor.cookie).toBe('')
    const thief = tabs(store)
    thief.cookie = cookie
    expect(await thief.visit((session) => [session.new, session.size])).toEqual([true, 0])
    expect(thief.sent).toEqual([])
  })

  it('never undoes a login: the old id is dead, and sets no cookie', async () => {
    const { visitor, store, cookie, afterQuick, slowSent } = await race(
      (session) => session.set('planted', 1),
      (session) => {
        session.regenerate()
        session.set('user', 'mary')
      },
    )
    expect(slowSent).toEqual([])
    expect(visitor.cookie).toBe(afterQuick)
    expect(await visitor.visit((session) => session.keys())).toEqual(['base', 'user'])
    const oldTab = tabs(store)
    oldTab.cookie = cookie
    await oldTab.visit((session) => session.set('late', 1))
    expect(oldTab.sent).toEqual([])
  })

  it('has its change carried over when it came before regenerate() ended the old id', async () => {
    const { visitor } = await race(
      (session) => session.regenerate(),
      (session) => session.set('late', 1),
    )
    expect(await visitor.visit((session) => Object.fromEntries(session.entries()))).toEqual({
      base: 1,
      late: 1,
    })
  })

  it('cannot keep a session alive that a logout ends', async () => {
    const { visitor } = await race(
      (session) => session.invalidate(),
      (session) => session.set('late', 1),
    )
    expect(visitor.cookie).toBe('')
  })

  it('that regenerates as well is dropped, with the record that it began', async () => {
    const { visitor, store, afterQuick, slowSent } = await race(
      (session) => session.regenerate(),
      (session) => session.regenerate(),
    )
    expect(slowSent).toEqual([])
    expect(visitor.cookie).toBe(afterQuick)
    const keys = new Set(store.calls.map(([, key]) => String(key)))
    const kept = await Promise.all([...keys].map((key) => store.get(key)))
    expect(kept.filter((text) => text?.startsWith('['))).toHaveLength(1)
    expect(await visitor.visit((session) => session.get('base'))).toBe(1)
  })

  it('that only extends the life of the session does not try twice', async () => {
    const { store } = await race(
      () => null,
      (session) => session.set('quick', 1),
      (session) => session.set('base', 1),
      { reissueTime: 0 },
    )
    expect(store.calls.filter(([name]) => name === 'swap')).toHaveLength(2)
  })
})

describe('a request that is in flight for minutes', () => {
  it.each(['invalidate', 'regenerate'] as const)(
    'has its %s() honoured all the same',
    async (method) => {
      at(0)
      const { store, cookie } = await race(
        (session) => session[method](),
        (session) => {
          at(100)
          session.set('other', 1)
        },
      )
      const thief = tabs(store)
      thief.cookie = cookie
      expect(await thief.visit((session) => session.size)).toBe(0)
    },
  )

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

describe('an id whose secret is retired while a request is in flight', () => {
  it.each(['regenerate', 'invalidate'] as const)(
    'is not signed anew after %s()',
    async (method) => {
      const { slowSent } = await race(
        () => null,
        (session) => session[method](),
        (session) => session.set('base', 1),
        {},
        { secret: [otherSecret, secret] },
      )
      expect(slowSent).toEqual([])
    },
  )
})

describe('a session whose time is up', () => {
  it('lives on when another request extended it: a reader that found it expired lets it be', async () => {
    at(0)
    const store = memoryStore()
    const visitor = tabs(store)
    await visitor.visit((session) => session.set('base', 1))
    const [opened, done] = [gate(), gate()]
    at(1200)
    const extending = visitor.visit(async (session) => {
      opened.resolve()
      await done.promise
      session.set('more', 1)
    })
    await opened.promise
    vi.setSystemTime((start + 1200.5) * 1000)
    const [read, gone] = [gate(), gate()]
    const reading = visitor.visit(async (session) => {
      session.get('base')
      read.resolve()
      await gone.promise
    })
    await read.promise
    done.resolve()
    await extending
    gone.resolve()
    await reading
    expect(visitor.sent).toEqual([])
    expect(await visitor.visit((session) => session.keys())).toEqual(['base', 'more'])
  })
})

describe('a conflict under a schema', () => {
  it('is replayed on what the schema makes of the other request’s data', async () => {
    const schema = z.object({
      cart: z.union([z.array(z.string()), z.string().transform((text) => text.split(','))]),
      y: z.number().optional(),
    })
    const store = memoryStore()
    const old = tabs(store)
    await old.visit((session) => session.set('cart', 'tea,milk'))
    const current = tabs(store, { schema } as object)
    current.cookie = old.cookie
    const [opened, done] = [gate(), gate()]
    const adding = current.visit(async (session) => {
      session.get('cart')
      opened.resolve()
      await done.promise
      session.update('cart', (cart) => [...(cart as string[]), 'bread'])
    })
    await opened.promise
    await old.visit((session) => session.set('y', 1))
    done.resolve()
    await adding
    expect(await current.visit((session) => session.get('cart'))).toEqual(['tea', 'milk', 'bread'])
  })
})

describe('64 tabs that all count', () => {
  it('end at exactly what they counted, none refused', async () => {
    const store = watched(slowed(memoryStore()))
    const visitor = tabs(store)
    await visitor.visit((session) => session.set('n', 0))
    store.calls.length = 0
    const statuses = new Set<number>()
    const client = async () => {
      for (let i = 0; i < 10; i++) {
        await visitor.visit((session) => session.update('n', (n) => Number(n) + 1))
        statuses.add(visitor.status)
      }
    }
    await Promise.all(Array.from({ length: 64 }, client))
    expect([...statuses]).toEqual([200])
    expect(await visitor.visit((session) => session.get('n'))).toBe(640)
    // A read and a swap each: they take turns.
    expect(store.calls.length / 640).toBeLessThan(2.5)
  }, 60_000)

  it.each([1, 12])('pass over %i whose requests stopped in line', async (count) => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] })
    const memory = memoryStore()
    const visitor = tabs(memory)
    await visitor.visit((session) => session.set('n', 0))
    // Nothing in them goes on, as in a Worker when the client hangs up.
    const stopped = new Promise<never>(() => {})
    const silent = tabs({ get: memory.get, swap: () => stopped })
    silent.cookie = visitor.cookie
    const timers = vi.spyOn(globalThis, 'setTimeout').mockImplementation(() => 0 as never)
    for (let i = 0; i < count; i++) void silent.visit((session) => session.set('lost', true))
    await vi.waitFor(() => expect(timers).toHaveBeenCalledTimes(2 * count))
    timers.mockRestore()
    const others = [1, 2, 3].map(() =>
      visitor.visit((session) => session.update('n', (n) => Number(n) + 1)),
    )
    await vi.advanceTimersByTimeAsync(1000)
    expect(await Promise.all(others)).toEqual([1, 1, 1])
    expect(await visitor.visit((session) => session.entries())).toEqual([['n', 3]])
  })
})

describe('a session that everybody changes all the time', () => {
  it('is answered with 503 when 10 seconds have been waited', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout'] })
    const memory = memoryStore()
    const visitor = tabs(memory)
    await visitor.visit((session) => session.set('n', 0))
    const busy = watched({
      get: memory.get,
      swap: async () => ({
        swapped: false,
        kept: `[${start},${start},{"n":${Math.random()}}]`,
      }),
    })
    const late = tabs(busy)
    late.cookie = visitor.cookie
    const answer = late.visit((session) => session.set('n', 1))
    await vi.advanceTimersByTimeAsync(60_000)
    await answer
    expect(late.status).toBe(503)
    expect(late.sent).toEqual([])
    expect(busy.calls.length).toBeLessThan(5000)
  })
})

/** A store as far away as a store is: a few turns of the event loop. */
function slowed(store: ReturnType<typeof memoryStore>) {
  const pause = () => new Promise((resolve) => setTimeout(resolve, 1))
  return {
    get: async (key: string) => {
      await pause()
      return store.get(key)
    },
    swap: async (...given: Parameters<typeof store.swap>) => {
      await pause()
      return store.swap(...given)
    },
  }
}
