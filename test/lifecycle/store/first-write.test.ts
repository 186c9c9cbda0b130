import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Session, Store } from '../../../src/session/index.ts'
import { memoryStore } from '../../../src/session/stores/memory.ts'
import { at } from '../../kit/clock.ts'
import { watched } from '../../kit/stores.ts'
import { createVisitor } from '../../kit/visitor.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** A store that has `create()`, like a store that would otherwise look up a new key. */
function creating() {
  const memory = memoryStore()
  return watched({ ...memory, create: (key, text, ttl) => memory.swap(key, null, text, ttl) })
}

describe('the first write of a new id', () => {
  it.each<[string, (session: Session) => unknown, string[]]>([
    ['a first visit', (session) => session.set('n', 1), ['create']],
    ['regenerate()', (session) => session.regenerate(), ['get', 'create', 'swap']],
    [
      'invalidate() and a message',
      (session) => {
        session.invalidate()
        session.flash('Bye')
      },
      ['get', 'create', 'swap'],
    ],
  ])('is a create() at %s if the store has it, without a lookup', async (title, use, calls) => {
    const store = creating()
    const visitor = createVisitor({ store })
    if (title !== 'a first visit') await visitor.visit((session) => session.set('base', 1))
    store.calls.length = 0
    await visitor.visit(use)
    expect(store.calls.map(([name]) => name)).toEqual(calls)
    const created = store.calls.find(([name]) => name === 'create')
    expect(created).toEqual([
      'create',
      expect.stringMatching(/^session:/),
      expect.any(String),
      1201,
    ])
  })

  it('is a swap() from nothing if it has not', async () => {
    const store = watched(memoryStore())
    await createVisitor({ store }).visit((session) => session.set('n', 1))
    expect(store.calls.map((call) => call.slice(0, 3))).toEqual([
      ['swap', expect.stringMatching(/^session:/), null],
    ])
  })

  it('is the only one by create(): lists, revocations and tombstones are swapped', async () => {
    const store = creating()
    const visitor = createVisitor({ store, revocations: store })
    await visitor.visit((session) => session.bind('mary'))
    await visitor.visit((session) => session.invalidate())
    const created = store.calls.filter(([name]) => name === 'create')
    expect(created).toHaveLength(1)
  })

  it("results in 503 if the id is taken: nobody gets another visitor's session", async () => {
    const taken = '[1700000000,1700000000,{"user":"mallory"}]'
    const store: Store = {
      get: async () => taken,
      swap: async () => ({ swapped: false, kept: taken }),
    }
    const visitor = createVisitor({ store, onEvent: () => {} })
    const { status, sent } = await visitor.attempt((session) => session.set('user', 'mary'))
    expect([status, sent]).toEqual([503, []])
  })
})

describe('a request that takes 25 minutes', () => {
  const wait = () => at(1500)

  it('keeps its visitor logged in where the session is the cookie, even if it only reads', async () => {
    for (const use of [(s: Session) => s.get('user'), (s: Session) => s.flash('done')]) {
      at(0)
      const visitor = createVisitor()
      await visitor.visit((session) => session.set('user', 'mary'))
      await visitor.visit((session) => {
        use(session)
        wait()
      })
      at(2600)
      expect(await visitor.visit((session) => session.get('user'))).toBe('mary')
    }
  })

  it('is dropped in a store whose record has expired, and sends no cookie', async () => {
    at(0)
    const visitor = createVisitor({ store: memoryStore() })
    await visitor.visit((session) => session.set('user', 'mary'))
    await visitor.visit((session) => {
      session.set('upload', 'done')
      wait()
    })
    expect(visitor.sent).toEqual([])
    expect(await visitor.visit((session) => session.size)).toBe(0)
  })

  it('is kept in a store where another request has extended the session meanwhile', async () => {
    at(0)
    const visitor = createVisitor({ store: memoryStore() })
    await visitor.visit((session) => session.set('user', 'mary'))
    await visitor.visit(async (session) => {
      session.set('upload', 'done')
      at(600)
      await visitor.visit((other) => other.get('user'))
      wait()
    })
    expect(await visitor.visit((session) => session.keys())).toEqual(['user', 'upload'])
  })
})
