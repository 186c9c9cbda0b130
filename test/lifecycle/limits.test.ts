import { afterEach, describe, expect, it, vi } from 'vitest'
import { signedCodec } from '../../src/session/codecs/signed.ts'
import { at, cookieName, guest, payloadOf, secret, sign, start } from '../kit/visitor.ts'

const removal = `${cookieName}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax`

afterEach(() => {
  vi.useRealTimers()
})

describe('a session that is only read', () => {
  it('sets no cookie for a visitor who has none', async () => {
    const visitor = guest<{ a: number }>()
    await visitor.visit((session) => [
      ...[session.get('a'), session.has('a'), session.size, session.new, session.created],
      ...[session.keys(), session.entries(), session.peekFlash(), session.popFlash()],
      ...[session.delete('a'), session.clear()],
    ])
    expect(visitor.sent).toEqual([])
  })

  it.each([
    ['is not written when its last write is reissueTime ago', undefined, 120, false],
    ['is written one second later', undefined, 121, true],
    ['is not written at the reissueTime of its own', 30, 30, false],
    ['is written one second after the reissueTime of its own', 30, 31, true],
    ['is not written in the second of its last write, even if reissueTime is 0', 0, 0, false],
    ['is written a second after its last write if reissueTime is 0', 0, 1, true],
    ['is never written if reissueTime is null', null, 1200, false],
  ])('%s', async (_, reissueTime, seconds, written) => {
    at(0)
    const visitor = guest(reissueTime === undefined ? {} : { reissueTime })
    await visitor.visit((session) => session.set('a', 1))
    at(seconds)
    await visitor.visit((session) => session.get('a'))
    expect(visitor.sent).toHaveLength(written ? 1 : 0)
    const renewed = written ? start + seconds : start
    expect(payloadOf(visitor.token)).toEqual([renewed, start, { a: 1 }])
  })

  it('is written again at a tenth of its timeout', async () => {
    at(0)
    const visitor = guest({ timeout: 59 })
    await visitor.visit((session) => session.set('a', 1))
    at(5)
    await visitor.visit((session) => session.get('a'))
    expect(visitor.sent).toHaveLength(0)
    at(6)
    await visitor.visit((session) => session.get('a'))
    expect(visitor.sent).toHaveLength(1)
  })

  it('is never written again if it has no timeout', async () => {
    at(0)
    const visitor = guest({ timeout: null, lifetime: null })
    await visitor.visit((session) => session.set('a', 1))
    at(100_000_000)
    expect(await visitor.visit((session) => session.get('a'))).toBe(1)
    expect(visitor.sent).toEqual([])
  })
})

describe('timeout and lifetime', () => {
  it('forget a session after 20 idle minutes, not at them', async () => {
    at(0)
    const token = await sign([start, start, { a: 1 }])
    at(1200)
    expect(await guest().present(token)).toEqual({ a: 1 })
    at(1201)
    expect(await guest().present(token)).toEqual({})
  })

  it('end a session as soon as they are over, not at the next whole second', async () => {
    const token = await sign([start, start, { a: 1 }])
    at(1200.001)
    expect(await guest().present(token)).toEqual({})
    expect(await guest({ timeout: null, lifetime: 1200 }).present(token)).toEqual({})
  })

  it('keep a session that is used before each timeout', async () => {
    at(0)
    const visitor = guest()
    await visitor.visit((session) => session.set('a', 1))
    for (const seconds of [1200, 2400, 3600]) {
      at(seconds)
      expect(await visitor.visit((session) => session.get('a'))).toBe(1)
    }
  })

  it('end a session after 8 hours however active it is', async () => {
    at(0)
    const visitor = guest()
    await visitor.visit((session) => session.set('n', 0))
    for (let seconds = 600; seconds <= 28_800; seconds += 600) {
      at(seconds)
      await visitor.visit((session) => session.update('n', (n) => (n as number) + 1))
    }
    expect(await visitor.visit((session) => [session.get('n'), session.created])).toEqual([
      48,
      start,
    ])
    at(28_801)
    const after = await visitor.visit((session) => [session.size, session.new, session.created])
    expect(after).toEqual([0, true, start + 28_801])
  })

  it('end a regenerated session when they would have ended it', async () => {
    at(0)
    const visitor = guest({ lifetime: 100 })
    await visitor.visit((session) => session.set('a', 1))
    at(100)
    await visitor.visit((session) => session.regenerate())
    at(101)
    expect(await visitor.visit((session) => session.size)).toBe(0)
  })

  it('give an invalidated session a life of its own', async () => {
    at(0)
    const visitor = guest({ lifetime: 100 })
    await visitor.visit((session) => session.set('a', 1))
    at(100)
    await visitor.visit((session) => {
      session.invalidate()
      session.set('b', 2)
    })
    expect(payloadOf(visitor.token)).toEqual([start + 100, start + 100, { b: 2 }])
    at(200)
    expect(await visitor.visit((session) => session.get('b'))).toBe(2)
  })

  it('can be switched off', async () => {
    at(0)
    const token = await sign([start, start, { a: 1 }])
    at(1_000_000_000)
    expect(await guest({ timeout: null, lifetime: null }).present(token)).toEqual({ a: 1 })
    expect(await guest({ timeout: null }).present(token)).toEqual({})
    expect(await guest({ lifetime: null }).present(token)).toEqual({})
  })

  it('delete the cookie of an expired session when it was opened', async () => {
    at(0)
    const visitor = guest()
    await visitor.visit((session) => session.set('a', 1))
    at(1201)
    await visitor.visit((session) => session.get('a'))
    expect(visitor.sent).toEqual([removal])
    expect(visitor.token).toBeUndefined()
  })

  it('delete the cookie of an expired session that the handler ended, too', async () => {
    at(0)
    const visitor = guest()
    await visitor.visit((session) => session.set('a', 1))
    at(1201)
    await visitor.visit((session) => session.invalidate())
    expect(visitor.sent).toEqual([removal])
  })

  it('let an expired session begin anew in the request that wrote to it', async () => {
    at(0)
    const visitor = guest()
    await visitor.visit((session) => session.set('a', 1))
    at(1201)
    await visitor.visit((session) => session.set('b', 2))
    expect(payloadOf(visitor.token)).toEqual([start + 1201, start + 1201, { b: 2 }])
  })
})

describe('a signed payload', () => {
  it.each<[string, unknown]>([
    ['as the server writes it', [start, start, { a: 1 }]],
    ["with Pyramid's fractions of a second", [start, start - 0.25, { a: 1 }]],
    ['renewed 60 s ahead of our clock', [start + 60, start, { a: 1 }]],
    ['created 60 s ahead of our clock', [start, start + 60, { a: 1 }]],
  ])('is honoured %s', async (_, payload) => {
    at(0)
    expect(await guest().present(await sign(payload))).toEqual({ a: 1 })
  })

  const stamps = [null, 'text', String(start), 1e99, -1, true, [start], {}, 2 ** 53]
  it.each<[string, unknown]>([
    ['renewed 61 s ahead of our clock', [start + 61, start, { a: 1 }]],
    ['created 61 s ahead of our clock', [start, start + 61, { a: 1 }]],
    ...stamps.map((stamp) => [`renewed at ${JSON.stringify(stamp)}`, [stamp, start, { a: 1 }]]),
    ...stamps.map((stamp) => [`created at ${JSON.stringify(stamp)}`, [start, stamp, { a: 1 }]]),
    ...[null, 'text', 1, true, [], [{ a: 1 }]].map((data) => [
      `with the data ${JSON.stringify(data)}`,
      [start, start, data],
    ]),
    ['of one part', [{ a: 1 }]],
    ['of two parts', [start, { a: 1 }]],
    ['of four parts', [start, start, { a: 1 }, {}]],
    ['that is an object', { 0: start, 1: start, 2: { a: 1 }, length: 3 }],
    ['that is null', null],
    ['that is a text', 'text'],
  ] as [string, unknown][])('is not honoured %s', async (_, payload) => {
    at(0)
    const visitor = guest({ timeout: null, lifetime: null })
    expect(await visitor.present(await sign(payload))).toEqual({})
  })

  it.each([
    '',
    ' ',
    '[',
    'undefined',
    `[${start},${start},{"a":1}]x`,
    '\ufeff[1,1,{"a":1}]',
    'NaN',
  ])('is not honoured when it is %j, which is no JSON', async (text) => {
    at(0)
    const token = await signedCodec(secret, cookieName).encode(text)
    expect(await guest().present(token)).toEqual({})
  })
})
