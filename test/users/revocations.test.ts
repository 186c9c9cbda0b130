import { afterEach, describe, expect, it, vi } from 'vitest'
import { revokeSessions, type Session } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { at, start } from '../kit/clock.ts'
import { visitSlowly } from '../kit/race.ts'
import { watched } from '../kit/stores.ts'
import { sign } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

afterEach(() => {
  vi.useRealTimers()
})

const login = (session: Session) => {
  session.regenerate()
  session.bind('mary')
}

/** Browsers of users whose sessions are cookies. */
function cookies(options = {}) {
  const revocations = watched(memoryStore())
  const device = () => createVisitor({ revocations, ...options })
  return { revocations, device }
}

describe('sessions that are cookies, bound to a user', () => {
  it('end when the user’s sessions are revoked, all of them and their copies', async () => {
    at(0)
    const { revocations, device } = cookies()
    const [laptop, phone, thief] = [device(), device(), device()]
    await laptop.visit(login)
    await phone.visit(login)
    thief.token = phone.token
    at(1)
    await revokeSessions(revocations, 'mary')
    for (const each of [laptop, phone, thief]) {
      expect(await each.visit((session) => [session.new, session.user])).toEqual([true, undefined])
      expect(each.token).toBeUndefined() // as that of an expired one
    }
  })

  it('begin anew after it, in the request that revoked the others, too', async () => {
    at(0)
    const { revocations, device } = cookies()
    const [laptop, phone] = [device(), device()]
    await laptop.visit(login)
    await phone.visit(login)
    at(1)
    await laptop.visit(async (session) => {
      await revokeSessions(revocations, 'mary')
      session.bind('mary')
    })
    expect(await laptop.visit((session) => session.user)).toBe('mary')
    expect(await phone.visit((session) => session.user)).toBeUndefined()
    await phone.visit(login)
    expect(await phone.visit((session) => session.user)).toBe('mary')
  })

  it('are not brought back by a request in flight', async () => {
    at(0)
    const { revocations, device } = cookies()
    const phone = device()
    await phone.visit(login)
    const finish = await visitSlowly(phone, (session) => session.set('late', true))
    at(5)
    await revokeSessions(revocations, 'mary')
    await finish()
    expect(await phone.visit((session) => [session.new, session.size])).toEqual([true, 0])
  })

  it('go on when another user’s are revoked, and ask the store once a request', async () => {
    at(0)
    const { revocations, device } = cookies()
    const phone = device()
    await phone.visit(login)
    at(1)
    await revokeSessions(revocations, 'maria')
    revocations.calls.length = 0
    expect(await phone.visit((session) => session.user)).toBe('mary')
    expect(revocations.calls.map(([name]) => name)).toEqual(['get'])
  })

  it('are not asked for where nobody is bound', async () => {
    const { revocations, device } = cookies()
    const guest = device()
    await guest.visit((session) => session.set('n', 1))
    expect(await guest.visit((session) => session.get('n'))).toBe(1)
    expect(revocations.calls).toEqual([])
  })

  it('are refused with 503, not honoured and not logged out, when the store is down', async () => {
    const memory = memoryStore()
    const phone = createVisitor({ revocations: memory })
    await phone.visit(login)
    const later = createVisitor({
      revocations: { ...memory, get: () => Promise.reject(new Error('down')) },
    })
    later.token = phone.token
    expect(await later.attempt((session) => session.user)).toMatchObject({ status: 503, sent: [] })
  })

  it('stay ended when an earlier moment is written after a later one', async () => {
    at(10)
    const { revocations, device } = cookies()
    const phone = device()
    await phone.visit(login)
    at(20)
    await revokeSessions(revocations, 'mary')
    at(5) // the clock of another server
    await revokeSessions(revocations, 'mary')
    at(21)
    expect(await phone.visit((session) => session.new)).toBe(true)
  })

  it.each([['text'], [['mary']], [['mary', 'now']], [[1, 2]], { user: 'mary' }, null])(
    'are nobody’s where their data says %j',
    async (bound) => {
      const { device } = cookies()
      const phone = device()
      await phone.visit((session) => session.set('n', 1))
      phone.token = await forged(bound)
      expect(await phone.visit((session) => [session.user, session.size])).toEqual([undefined, 1])
    },
  )
})

/** A token that the server signed, with something odd in the place of the user. */
async function forged(bound: unknown): Promise<string> {
  at(0)
  return sign([start, start, { n: 1, _bound_: bound }])
}

describe('bind()', () => {
  it('says what is missing where sessions are cookies and nothing could revoke them', async () => {
    const bind = createVisitor().visit((session) => session.bind('mary'))
    await expect(bind).rejects.toThrow(/^session\.bind\(\): .* or `revocations`\.$/)
  })

  it.each([
    ['', 'an empty string'],
    ['\ud800', 'a malformed string'],
    [undefined, 'undefined'],
    [null, 'null'],
    [7, 'a number'],
    [true, 'a boolean'],
  ])('refuses %j as a user', async (user, problem) => {
    const { device } = cookies()
    const bind = device().visit((session) => session.bind(user as string))
    await expect(bind).rejects.toThrow(
      new TypeError(`session.bind(): the user is ${problem}: give a name or an id as a string`),
    )
  })

  it('lasts through clear() and regenerate(), is hidden from the data, and ends by invalidate()', async () => {
    const { device } = cookies()
    const phone = device()
    await phone.visit(login)
    const seen = await phone.visit((session) => {
      session.clear()
      session.regenerate()
      const bound = [session.user, session.keys(), session.has('_bound_')]
      session.invalidate()
      return [...bound, session.user]
    })
    expect(seen).toEqual(['mary', [], false, undefined])
  })
})

it('sessions with revocations that are no store are refused when they are configured', () => {
  expect(() => createVisitor({ revocations: {} as never })).toThrow(
    'session(): revocations is malformed: give a Store, with get() and swap()',
  )
})
