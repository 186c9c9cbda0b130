import { Hono } from 'hono'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Session, SessionCommittedError, session } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { sealSession } from '../../src/session/testing.ts'
import { at } from '../kit/clock.ts'
import { watched } from '../kit/stores.ts'
import { secret } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('a switch to a WebSocket', () => {
  it('carries no cookie and keeps its socket', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => {
      session.get('a')
      return switched()
    })
    expect(visitor.response.status).toBe(101)
    expect(visitor.response.webSocket).not.toBeNull()
    expect([...visitor.response.headers.keys()]).toEqual([])
  })

  it('keeps its socket and has no header if the session could not be opened', async () => {
    const down = () => Promise.reject(new Error('down'))
    const app = new Hono()
      .use(session({ secret, store: { get: down, swap: down }, onEvent: () => {} }))
      .get('/', async (c) => {
        await c.var.session().catch(() => undefined)
        return switched()
      })
    const Cookie = await sealSession({}, { secret, store: memoryStore() })
    const response = await app.request('/', { headers: { Cookie } })
    expect([response.status, [...response.headers.keys()]]).toEqual([101, []])
    expect(response.webSocket).not.toBeNull()
  })

  it('throws if the socket changes the session later', async () => {
    const visitor = createVisitor()
    const opened: Session[] = []
    await visitor.visit((session) => {
      opened.push(session)
      return switched()
    })
    expect(() => opened[0]?.set('a', 1)).toThrow(SessionCommittedError)
  })

  it('throws if it changed a session that only a cookie could keep', async () => {
    for (const store of [undefined, memoryStore()]) {
      const visitor = createVisitor<{ n: number }>(store && { store })
      const upgrade = visitor.visit((session) => {
        session.set('n', 1)
        return switched()
      })
      await expect(upgrade).rejects.toThrow('a response with status 101 carries no cookie')
    }
  })

  it('ends a session in a store, without a cookie', async () => {
    const visitor = createVisitor<{ n: number }>({ store: memoryStore() })
    await visitor.visit((session) => session.set('n', 1))
    await visitor.visit((session) => {
      session.invalidate()
      return switched()
    })
    expect([visitor.response.status, visitor.sent]).toEqual([101, []])
    expect(await visitor.visit((session) => session.new)).toBe(true)
  })

  it('keeps changes of a session in a store, without a cookie', async () => {
    const store = watched(memoryStore())
    const visitor = createVisitor<{ n: number }>({ store })
    await visitor.visit((session) => session.set('n', 1))
    const { token } = visitor
    store.calls.length = 0
    await visitor.visit((session) => {
      session.update('n', (n = 0) => n + 1)
      return switched()
    })
    expect(visitor.sent).toEqual([])
    expect(visitor.token).toBe(token)
    expect(store.calls.map(([name]) => name)).toEqual(['get', 'swap'])
    expect(await visitor.visit((session) => session.get('n'))).toBe(2)
  })

  it('is no reason to fail if the session is only due for its re-issue', async () => {
    for (const options of [{}, { store: memoryStore() }]) {
      at(0)
      const visitor = createVisitor<{ n: number }>(options)
      await visitor.visit((session) => session.set('n', 1))
      at(121)
      await visitor.visit((session) => {
        session.get('n')
        return switched()
      })
      expect([visitor.response.status, visitor.sent]).toEqual([101, []])
    }
  })

  it.each<[string, (session: Session) => void]>([
    ['gets a new identity', (session) => session.regenerate()],
    [
      'is ended and another begins',
      (session) => {
        session.invalidate()
        session.set('n', 2)
      },
    ],
  ])('throws if a session in a store %s, which needs a cookie', async (_, use) => {
    const visitor = createVisitor({ store: memoryStore() })
    await visitor.visit((session) => session.set('n', 1))
    const upgrade = visitor.visit((session) => {
      use(session)
      return switched()
    })
    await expect(upgrade).rejects.toThrow('a response with status 101 carries no cookie')
  })

  it('is no error if it ends a session that is a cookie, or none', async () => {
    const visitor = createVisitor()
    for (const _ of [1, 2]) {
      await visitor.visit((session) => {
        session.invalidate()
        return switched()
      })
      expect([visitor.response.status, visitor.sent]).toEqual([101, []])
      await visitor.visit((session) => session.set('n', 1))
    }
  })
})

function switched(): Response {
  const [client] = Object.values(new WebSocketPair())
  return new Response(null, { status: 101, webSocket: client as WebSocket })
}
