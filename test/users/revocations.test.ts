import { afterEach, describe, expect, it, vi } from 'vitest'
import { revokeSessions, type Session, type Store } from '../../src/session/index.ts'
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
  it('all end when the user’s sessions are revoked, copies included', async () => {
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

  it('can log in again after a revocation, in the same request as well', async () => {
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

  it('are not restored by a request in flight', async () => {
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

  it('continue when another user’s are revoked, with one store call a request', async () => {
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

  it('cost no store call if no user is bound', async () => {
    const { revocations, device } = cookies()
    const guest = device()
    await guest.visit((session) => session.set('n', 1))
    expect(await guest.visit((session) => session.get('n'))).toBe(1)
    expect(revocations.calls).toEqual([])
  })

  it('result in 503 if the store is down, neither honored nor logged out', async () => {
    const memory = memoryStore()
    const phone = createVisitor({ revocations: memory })
    await phone.visit(login)
    const later = createVisitor({
      revocations: { ...memory, get: () => Promise.reject(new Error('down')) },
    })
    later.token = phone.token
    expect(await later.attempt((session) => session.user)).toMatchObject({ status: 503, sent: [] })
  })

  it('stay ended if a server whose clock is behind revokes again', async () => {
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
    'have no user if their data says %j',
    async (bound) => {
      const { device } = cookies()
      const phone = device()
      await phone.visit((session) => session.set('n', 1))
      phone.token = await forged(bound)
      expect(await phone.visit((session) => [session.user, session.size])).toEqual([undefined, 1])
    },
  )
})

/** A token that the server signed, with an invalid value in place of the user. */
async function forged(bound: unknown): Promise<string> {
  at(0)
  return sign([start, start, { n: 1, _bound_: bound }])
}

describe('bind()', () => {
  it('names the missing option if nothing could revoke sessions in cookies', async () => {
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

  it('survives clear() and regenerate(), is hidden from the data, and ends with invalidate()', async () => {
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

it('revocations that are no store are refused at configuration', () => {
  expect(() => createVisitor({ revocations: {} as never })).toThrow(
    'session(): revocations is malformed: give a Store, with get() and swap()',
  )
})

describe('a revocation', () => {
  it('counts generations, not clocks: a clock that is ahead saves no session', async () => {
    at(30)
    const { revocations, device } = cookies()
    const phone = device()
    await phone.visit(login) // at a server whose clock is ahead
    at(0)
    await revokeSessions(revocations, 'mary')
    expect(await phone.visit((session) => session.user)).toBeUndefined()
    await phone.visit(login)
    expect(await phone.visit((session) => session.user)).toBe('mary')
  })

  it('counts even if the store has forgotten earlier ones', async () => {
    at(0)
    let memory = memoryStore()
    const revocations: Store = {
      get: (key) => memory.get(key),
      swap: (...given) => memory.swap(...given),
    }
    for (let i = 0; i < 3; i++) await revokeSessions(revocations, 'mary')
    const phone = createVisitor({ revocations })
    await phone.visit(login)
    memory = memoryStore()
    expect(await phone.visit((session) => session.user)).toBe('mary')
    at(10)
    await revokeSessions(revocations, 'mary')
    expect(await phone.visit((session) => session.user)).toBeUndefined()
  })

  it('is asked for when bind() is called: one that comes before the commit counts', async () => {
    const memory = memoryStore()
    const answered = Promise.withResolvers<void>()
    const revocations: Store = {
      ...memory,
      get: (key) => memory.get(key).finally(answered.resolve),
    }
    const phone = createVisitor({ revocations })
    await phone.visit(async (session) => {
      session.bind('mary')
      await answered.promise
      await revokeSessions(memory, 'mary')
    })
    expect(await phone.visit((session) => session.user)).toBeUndefined()
  })

  it('is waited for at the commit, which fails with the store', async () => {
    const memory = memoryStore()
    const revocations = { ...memory, get: () => Promise.reject(new Error('down')) }
    const phone = createVisitor({ revocations, onEvent: () => {} })
    const { status, sent } = await phone.attempt(async (session) => {
      session.bind('mary')
      await new Promise((resolve) => setTimeout(resolve, 5)) // the failure is not handled yet
    })
    expect([status, sent]).toEqual([503, []])
  })

  it('spares a login that read a stale generation, in an eventually consistent store', async () => {
    at(0)
    const memory = memoryStore()
    let isBehind = true
    const revocations: Store = {
      ...memory,
      isEventual: true,
      get: async (key) => (isBehind ? null : memory.get(key)),
    }
    const phone = createVisitor({ revocations })
    await phone.visit(login)
    at(1)
    await revokeSessions({ ...memory, isEventual: true }, 'mary')
    const laptop = createVisitor({ revocations })
    at(2)
    await laptop.visit(login)
    isBehind = false
    expect(await laptop.visit((session) => session.user)).toBe('mary')
    expect(await phone.visit((session) => session.user)).toBeUndefined()
  })
})
