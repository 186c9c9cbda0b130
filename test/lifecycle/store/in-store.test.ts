import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { memoryStore } from '../../../src/session/stores/memory.ts'
import { at, start } from '../../kit/clock.ts'
import { watched } from '../../kit/stores.ts'
import { createVisitor } from '../../kit/visitor.ts'

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

describe('a session in a store', () => {
  it('is found by a cookie that carries only a signed id', async () => {
    const visitor = createVisitor({ store })
    const id = await visitor.visit((session) => {
      session.set('user', 'mary')
      return session.id
    })
    const [, payload = ''] = /^([\w-]+)\.[\w-]{43}$/.exec(visitor.token ?? '') ?? []
    expect(atob(payload)).toBe(id)
    expect(id).toMatch(/^[\w-]{43}$/)
    expect(await visitor.visit((session) => session.get('user'))).toBe('mary')
    expect(await visitor.visit((session) => session.id)).toBe(id)
  })

  it('is stored under a hash of its id, which itself never reaches the store', async () => {
    const id = await createVisitor({ store }).visit((session) => {
      session.set('user', 'mary')
      return session.id
    })
    const [[, key, before, after, ttl] = []] = store.calls
    expect(key).toMatch(/^session:[\w-]{43}$/)
    expect([before, after, ttl]).toEqual([null, `[${start},${start},{"user":"mary"}]`, 1201])
    expect(JSON.stringify(store.calls)).not.toContain(id)
  })

  it('costs one call to create, one to read, two to change, and none if it is not opened', async () => {
    const visitor = createVisitor({ store })
    const calls = async (use: Parameters<typeof visitor.visit>[0]) => {
      store.calls.length = 0
      await visitor.visit(use)
      return store.calls.map(([name]) => name)
    }
    expect(await calls((session) => session.get('n'))).toEqual([])
    expect(await calls(count)).toEqual(['swap'])
    expect(await calls((session) => session.get('n'))).toEqual(['get'])
    expect(await calls(count)).toEqual(['get', 'swap'])
    expect(await calls((session) => session.set('n', 2))).toEqual(['get']) // it is 2 already
  })

  it('sets the cookie once, when it is created', async () => {
    const visitor = createVisitor({ store })
    await visitor.visit(count)
    expect(visitor.sent).toHaveLength(1)
    await visitor.visit(count)
    expect(visitor.sent).toEqual([])
  })

  it('sets the cookie at each write if the cookie has a maxAge', async () => {
    const visitor = createVisitor({ store, cookie: { maxAge: 60 } })
    await visitor.visit(count)
    await visitor.visit(count)
    expect(visitor.sent).toEqual([expect.stringContaining('Max-Age=60')])
    await visitor.visit((session) => session.get('n'))
    expect(visitor.sent).toEqual([])
  })

  it('is re-issued by a read a tenth of its timeout after the last write', async () => {
    const visitor = createVisitor({ store })
    await visitor.visit(count)
    at(120)
    await visitor.visit((session) => session.get('n'))
    expect(store.calls.at(-1)?.[0]).toBe('get')
    at(121)
    await visitor.visit((session) => session.get('n'))
    expect(store.calls.at(-1)?.slice(2)).toEqual([
      `[${start},${start},{"n":1}]`,
      `[${start + 121},${start},{"n":1}]`,
      1201,
    ])
    at(1321)
    expect(await visitor.visit((session) => session.get('n'))).toBe(1)
  })

  it('gets a ttl no longer than what is left of its lifetime', async () => {
    const visitor = createVisitor({ store, lifetime: 1800 })
    await visitor.visit(count)
    expect(store.calls.at(-1)?.at(-1)).toBe(1201)
    at(1000)
    await visitor.visit(count)
    expect(store.calls.at(-1)?.at(-1)).toBe(801)
    const endless = createVisitor({ store, lifetime: null, timeout: null })
    await endless.visit(count)
    expect(store.calls.at(-1)?.at(-1)).toBe(34_560_000)
  })

  it('stays with its cookie when it is emptied, until it expires', async () => {
    const visitor = createVisitor({ store })
    await visitor.visit(count)
    await visitor.visit((session) => session.clear())
    expect(visitor.sent).toEqual([])
    expect(await visitor.visit((session) => [session.new, session.size])).toEqual([false, 0])
  })

  it('is removed, with its cookie, when it has expired', async () => {
    const visitor = createVisitor({ store })
    await visitor.visit(count)
    const [, key = ''] = store.calls[0] as [string, string]
    const kept = await store.get(key)
    const lasting = watched({ ...store, get: async (asked) => (asked === key ? kept : null) })
    const late = createVisitor({ store: lasting })
    late.token = visitor.token
    at(1201)
    expect(await late.visit((session) => [session.new, session.size])).toEqual([true, 0])
    expect(lasting.calls.at(-1)).toEqual(['swap', key, kept, expect.any(String), 60])
    expect(JSON.parse(String(lasting.calls.at(-1)?.[3]))).toMatchObject({ how: 'ended' })
    expect(late.sent).toEqual([expect.stringContaining('Max-Age=0')])
  })
})
