import { describe, expect, it } from 'vitest'
import { type Session, SessionCommittedError } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { watched } from '../kit/stores.ts'
import { createVisitor } from '../kit/visitor.ts'

describe('a switch to a WebSocket', () => {
  it('carries no cookie and keeps its socket', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => {
      session.get('a')
      const [client] = Object.values(new WebSocketPair())
      return new Response(null, { status: 101, webSocket: client as WebSocket })
    })
    expect(visitor.response.status).toBe(101)
    expect(visitor.response.webSocket).not.toBeNull()
    expect([...visitor.response.headers.keys()]).toEqual([])
  })

  it('throws if the socket changes the session later', async () => {
    const visitor = createVisitor()
    const opened: Session[] = []
    await visitor.visit((session) => {
      opened.push(session)
      const [client] = Object.values(new WebSocketPair())
      return new Response(null, { status: 101, webSocket: client as WebSocket })
    })
    expect(() => opened[0]?.set('a', 1)).toThrow(SessionCommittedError)
  })

  it('throws if it changed a session that only a cookie could keep', async () => {
    for (const store of [undefined, memoryStore()]) {
      const visitor = createVisitor<{ n: number }>(store && { store })
      const upgrade = visitor.visit((session) => {
        session.set('n', 1)
        const [client] = Object.values(new WebSocketPair())
        return new Response(null, { status: 101, webSocket: client as WebSocket })
      })
      await expect(upgrade).rejects.toThrow('a response with status 101 carries no cookie')
    }
  })

  it('ends a session in a store, without a cookie', async () => {
    const visitor = createVisitor<{ n: number }>({ store: memoryStore() })
    await visitor.visit((session) => session.set('n', 1))
    await visitor.visit((session) => {
      session.invalidate()
      const [client] = Object.values(new WebSocketPair())
      return new Response(null, { status: 101, webSocket: client as WebSocket })
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
      const [client] = Object.values(new WebSocketPair())
      return new Response(null, { status: 101, webSocket: client as WebSocket })
    })
    expect(visitor.sent).toEqual([])
    expect(visitor.token).toBe(token)
    expect(store.calls.map(([name]) => name)).toEqual(['get', 'swap'])
    expect(await visitor.visit((session) => session.get('n'))).toBe(2)
  })
})
