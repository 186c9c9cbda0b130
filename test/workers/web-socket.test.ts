import { describe, expect, it } from 'vitest'
import { type Session, SessionCommittedError } from '../../src/session/index.ts'
import { createVisitor } from '../kit/visitor.ts'

describe('a switch of protocols', () => {
  it('carries no cookie and keeps its socket', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => {
      session.set('a', 1)
      const [client] = Object.values(new WebSocketPair())
      return new Response(null, { status: 101, webSocket: client as WebSocket })
    })
    expect(visitor.response.status).toBe(101)
    expect(visitor.response.webSocket).not.toBeNull()
    expect([...visitor.response.headers.keys()]).toEqual([])
  })

  it('leaves nothing that a socket could change in vain', async () => {
    const visitor = createVisitor()
    const opened: Session[] = []
    await visitor.visit((session) => {
      opened.push(session)
      const [client] = Object.values(new WebSocketPair())
      return new Response(null, { status: 101, webSocket: client as WebSocket })
    })
    expect(() => opened[0]?.set('a', 1)).toThrow(SessionCommittedError)
  })
})
