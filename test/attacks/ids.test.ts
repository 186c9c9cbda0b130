import { afterEach, describe, expect, it, vi } from 'vitest'
import { decodeBase64url } from '../../src/session/codecs/base64url.ts'
import { type Session, storeKey } from '../../src/session/index.ts'
import { at, start } from '../kit/clock.ts'
import { anonymous, genuine, makeKinds, present, storedOf } from '../kit/kinds.ts'
import { visitSlowly } from '../kit/race.ts'
import { cookieName, secret } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

const kinds = makeKinds()
const stored = storedOf(kinds)

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe.each(kinds.filter(({ store }) => !store))('$kind', ({ options }) => {
  // A session that is its cookie cannot be revoked. These two tests are here so that nobody relies on
  // it: a store ends sessions for good.
  it('that was copied before the logout still works, until it expires', async () => {
    at(0)
    const visitor = createVisitor(options)
    await visitor.visit((session) => session.set('user', 'mary'))
    const copy = visitor.token ?? ''
    await visitor.visit((session) => session.invalidate())
    expect(visitor.token).toBeUndefined()
    expect((await present(options, copy)).shown.result).toEqual([false, { user: 'mary' }])
    at(1201)
    expect((await present(options, copy)).shown.result).toEqual([true, {}])
  })

  it('that a request in flight writes after the logout revives the session', async () => {
    const visitor = createVisitor(options)
    await visitor.visit((session) => session.set('user', 'mary'))
    const finish = await visitSlowly(visitor, (session) => session.set('late', 1))
    await visitor.visit((session) => session.invalidate())
    expect(visitor.token).toBeUndefined()
    await finish()
    expect(await visitor.visit((session) => session.keys())).toEqual(['user', 'late'])
  })

  it('that was planted before a login reveals nothing of what follows', async () => {
    const planted = await genuine(options, { planted: true })
    const victim = createVisitor(options)
    victim.cookies.set(cookieName, planted)
    await victim.visit((session) => {
      session.regenerate()
      session.set('user', 'mary')
    })
    expect(victim.token).not.toBe(planted)
    expect((await present(options, planted)).shown.result).toEqual([false, { planted: true }])
  })
})

describe.each(stored)('$kind', ({ options, store, codec }) => {
  it('that was copied before the logout is worthless', async () => {
    at(0)
    const visitor = createVisitor(options)
    await visitor.visit((session) => session.set('user', 'mary'))
    const copy = visitor.token ?? ''
    await visitor.visit((session) => session.invalidate()) // and nothing else: the session was not even read
    expect(visitor.token).toBeUndefined()
    const left = String(await store.get(await storeKey(await idIn(copy))))
    expect(JSON.parse(left)).toEqual({ at: start, how: 'ended', token: expect.any(String) })
    expect(await present(options, copy)).toEqual({ shown: anonymous, rejected: 'unknown' })
    at(10)
    expect(await present(options, copy)).toEqual({ shown: anonymous, rejected: 'unknown' })
  })

  it('that was planted before a login is worthless after it', async () => {
    at(0)
    const attacker = createVisitor(options)
    const known = await attacker.visit((session) => {
      session.set('planted', true)
      return session.id
    })
    const planted = attacker.token ?? ''
    const victim = createVisitor(options)
    victim.cookies.set(cookieName, planted)
    const id = await victim.visit((session) => {
      session.regenerate()
      session.set('user', 'mary')
      return session.id
    })
    expect(id).not.toBe(known)
    expect(victim.token).not.toBe(planted)
    expect(await present(options, planted)).toEqual({ shown: anonymous, rejected: 'unknown' })
    at(10)
    expect(await present(options, planted)).toEqual({ shown: anonymous, rejected: 'unknown' })
  })

  it('that the client chose is replaced by another, and is not stored', async () => {
    const chosen = 'A'.repeat(43)
    const reasons: string[] = []
    const visitor = createVisitor({ ...options, onReject: (reason) => void reasons.push(reason) })
    for (const token of [chosen, `${chosen}.${chosen}`, await sign(chosen)]) {
      visitor.cookies.set(cookieName, token)
      const id = await visitor.visit((session) => {
        session.set('user', 'mary')
        return session.id
      })
      expect(id).not.toBe(chosen)
      expect(await idIn(visitor.token ?? '')).toBe(id)
      expect(await store.get(await storeKey(chosen))).toBeNull()
    }
    expect(reasons).toEqual(['forged', 'forged', 'unknown'])
  })

  it.each([
    ...['..', '.', '', '/', 'a\0b', '%2e%2e', 'session:other', '__proto__', 'é'.repeat(43)],
    ...[
      'A'.repeat(42),
      'A'.repeat(44),
      'A'.repeat(600),
      `${'A'.repeat(42)}=`,
      `${'A'.repeat(43)}\n`,
    ],
  ])('that is %j never reaches the store, even if the site signed it', async (id) => {
    store.calls.length = 0
    const { shown, rejected } = await present(options, await sign(id))
    expect({ shown, rejected }).toEqual({ shown: anonymous, rejected: 'malformed' })
    expect(store.calls).toEqual([])
  })

  it('is known to the store only as a hash, whatever a request does', async () => {
    store.calls.length = 0
    const visitor = createVisitor(options)
    const ids = new Set<string>()
    const uses: ((session: Session) => void)[] = [
      (session) => session.set('user', 'mary'),
      (session) => session.regenerate(),
      (session) => session.flash('hello'),
      (session) => session.invalidate(),
    ]
    for (const use of uses) {
      await visitor.visit((session) => {
        use(session)
        ids.add(String(session.id))
      })
    }
    expect(ids.size).toBe(3)
    const asked = store.calls.map(([, key]) => key)
    expect(asked.filter((key) => !/^session:[\w-]{43}$/.test(String(key)))).toEqual([])
    for (const id of ids) expect(JSON.stringify(store.calls)).not.toContain(id)
  })

  async function idIn(token: string): Promise<string> {
    return String(await codec(secret, cookieName).decode(token))
  }

  function sign(id: string): Promise<string> {
    return codec(secret, cookieName).encode(id)
  }
})

describe.each(kinds)('$kind', ({ options, store }) => {
  it('is not created for a thousand robots that send no cookie', async () => {
    store?.calls.splice(0)
    const robot = createVisitor(options)
    for (let i = 0; i < 1000; i++) {
      await robot.visit((session) => {
        session.get('user')
        session.entries()
        session.popFlash()
        session.delete('user')
        session.clear()
        if (i % 2) session.regenerate()
        if (i % 3) session.invalidate()
      })
      expect(robot.sent).toEqual([])
    }
    expect(store?.calls ?? []).toEqual([])
  })
})

describe('an id', () => {
  it('is 256 random bits: 100,000 ids are distinct, and no bit is biased', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    vi.spyOn(crypto, 'randomUUID').mockReturnValue('0-0-0-0-0')
    const ones = new Uint32Array(256)
    const ids = new Set<string>()
    const [{ options }] = stored as [(typeof stored)[0]]
    await createVisitor(options).visit((session) => {
      for (let i = 0; i < 100_000; i++) {
        session.invalidate()
        ids.add(session.id as string)
      }
    })
    for (const id of ids) {
      const bytes = decodeBase64url(id) ?? []
      expect(bytes.length).toBe(32)
      for (let bit = 0; bit < 256; bit++) {
        if ((bytes[bit >> 3] as number) & (1 << (bit & 7))) ones[bit] = (ones[bit] as number) + 1
      }
    }
    expect(ids.size).toBe(100_000)
    const sigma = Math.sqrt(100_000) / 2
    expect([...ones].filter((count) => Math.abs(count - 50_000) > 6 * sigma)).toEqual([])
  })
})
