import { describe, expect, it, vi } from 'vitest'
import { signedCodec } from '../../src/session/codecs/signed.ts'
import {
  CookieTooLargeError,
  type Session,
  type SessionEvent,
  type SessionOptions,
} from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { race } from '../kit/race.ts'
import { cookieName, secret } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

const long = (n: number) => `${n}`.padEnd(200, '.')

describe('flash messages that no page shows', () => {
  it('never lock a visitor out: the oldest of the longest queue make room in the cookie', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => {
      session.set('cart', ['tea'])
      session.flash('keep me', 'other')
    })
    for (let n = 0; n < 111; n++) await visitor.visit((session) => session.flash(long(n)))
    const [messages, other, cart] = await visitor.visit((session) => [
      session.popFlash().map((message) => Number.parseInt(message, 10)),
      session.popFlash('other'),
      session.get('cart'),
    ])
    expect(messages).toEqual(
      Array.from({ length: messages?.length ?? 0 }, (_, i) => 111 - (messages?.length ?? 0) + i),
    )
    expect(messages?.length).toBeGreaterThan(8)
    expect([other, cart]).toEqual([['keep me'], ['tea']])
  })

  it('make room for data as well, and for a sealed cookie', async () => {
    const visitor = createVisitor({ encrypt: true } as Partial<SessionOptions>)
    for (let n = 0; n < 12; n++) await visitor.visit((session) => session.flash(long(n)))
    await visitor.visit((session) => session.set('data', 'x'.repeat(2500)))
    expect(visitor.status).toBe(200)
    expect(await visitor.visit((session) => session.get('data'))).toHaveLength(2500)
  })

  it('never make room by what the request itself has flashed, nor by data', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => session.flash('waiting'))
    const before = visitor.token
    const visit = visitor.visit((session) => {
      for (let n = 0; n < 30; n++) session.flash(long(n))
    })
    await expect(visit).rejects.toThrow(CookieTooLargeError)
    expect(visitor.token).toBe(before)
    const data = visitor.visit((session) => session.set('data', 'x'.repeat(4000)))
    await expect(data).rejects.toThrow(CookieTooLargeError)
    expect(await visitor.visit((session) => session.peekFlash())).toEqual(['waiting'])
  })

  it('make no more room than needed, from the longest queue first', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => {
      for (let n = 0; n < 2; n++) session.flash(long(n))
      for (let n = 0; n < 6; n++) session.flash(long(n), 'error')
    })
    await visitor.visit((session) => session.set('data', 'x'.repeat(1900)))
    const numbers = (messages: string[]) => messages.map((message) => Number.parseInt(message, 10))
    const left = await visitor.visit((session) => [
      numbers(session.popFlash()),
      numbers(session.popFlash('error')),
    ])
    expect(left).toEqual([
      [0, 1],
      [3, 4, 5],
    ])
  })

  it('make room in a few attempts, however many there are', async () => {
    const plain = signedCodec(secret, cookieName)
    const encode = vi.fn(plain.encode)
    const visitor = createVisitor({ codec: { ...plain, encode } })
    for (let n = 0; n < 8; n++) {
      await visitor.visit((session) => {
        for (let i = 0; i < 100; i++) session.flash('')
      })
    }
    encode.mockClear()
    await visitor.visit((session) => session.set('data', 'x'.repeat(2000)))
    expect(encode.mock.calls.length).toBeLessThan(13)
    encode.mockClear()
    const tooMuch = visitor.visit((session) => session.set('data', 'x'.repeat(1_000_000)))
    await expect(tooMuch).rejects.toThrow(CookieTooLargeError)
    expect(encode).toHaveBeenCalledTimes(2)
  })

  it('make room in a request that nobody sees, whose own messages are not kept', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => {
      session.flash('1'.repeat(1000))
      session.flash('2'.repeat(800))
    })
    await visitor.visit(
      (session) => {
        session.flash('unseen')
        session.flash('unseen')
        session.set('data', 'x'.repeat(1500))
      },
      { method: 'HEAD' },
    )
    expect(await visitor.visit((session) => session.peekFlash())).toEqual(['2'.repeat(800)])
  })

  it('are reported to onEvent once, when the store has answered', async () => {
    const events: SessionEvent[] = []
    const options = { onEvent: (event: SessionEvent) => void events.push(event) }
    const fill = (session: Session) => {
      for (let n = 0; n < 100; n++) session.flash(`${n}`)
    }
    const dropped = { type: 'flash-dropped', queue: '', count: 1 }
    await race(
      (session) => session.flash('one more'),
      (session) => session.set('a', 1),
      { options, prepare: fill },
    )
    expect(events.filter(({ type }) => type === 'flash-dropped')).toEqual([dropped])
    events.length = 0
    await race(
      (session) => session.flash('one more'),
      (session) => session.invalidate(),
      { options, prepare: fill },
    )
    expect(events).not.toContainEqual(dropped)
  })

  it('are limited in a store to the newest 100 of a queue', async () => {
    const visitor = createVisitor({ store: memoryStore() })
    for (let n = 0; n < 111; n++) {
      await visitor.visit((session) => {
        session.flash(`${n}`)
        if (n % 3 === 0) session.flash(`${n}`, 'error')
      })
    }
    const [messages, errors] = await visitor.visit((session) => [
      session.popFlash(),
      session.popFlash('error'),
    ])
    expect(messages).toEqual(Array.from({ length: 100 }, (_, n) => `${n + 11}`))
    expect(errors).toHaveLength(37)
  })

  it('may be more than 100 if one request flashed them', async () => {
    const visitor = createVisitor({ store: memoryStore() })
    await visitor.visit((session) => session.flash('waiting'))
    await visitor.visit((session) => {
      for (let n = 0; n < 120; n++) session.flash(`${n}`)
    })
    const messages = await visitor.visit((session) => session.popFlash())
    expect([messages.length, messages[0]]).toEqual([120, '0'])
  })
})

describe('popFlashes() and peekFlashes()', () => {
  it('return all messages with their queues, queue by queue', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => {
      session.flash('one')
      session.flash('no', 'error')
      session.flash('two')
    })
    const all = [
      ['', 'one'],
      ['', 'two'],
      ['error', 'no'],
    ]
    expect(await visitor.visit((session) => session.peekFlashes())).toEqual(all)
    expect(await visitor.visit((session) => [session.popFlashes(), session.popFlashes()])).toEqual([
      all,
      [],
    ])
    expect(await visitor.visit((session) => session.peekFlashes())).toEqual([])
  })

  it('return copies', async () => {
    const visitor = createVisitor<object, { '': { text: string } }>()
    const text = await visitor.visit((session) => {
      session.flash({ text: 'kept' })
      const [first] = session.peekFlashes()
      if (first) first[1].text = 'changed'
      return session.popFlash()
    })
    expect(text).toEqual([{ text: 'kept' }])
  })
})
