import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  revokeSessions,
  type Session,
  type Store,
  storeKey,
  userSessions,
} from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { at, start } from '../kit/clock.ts'
import { gate } from '../kit/race.ts'
import { watched } from '../kit/stores.ts'
import { createVisitor } from '../kit/visitor.ts'

afterEach(() => {
  vi.useRealTimers()
})

const login = (session: Session) => {
  session.regenerate()
  session.bind('mary')
}

/** The keys of the sessions on the list that was written last. */
function listed(store: ReturnType<typeof watched>): string[] {
  const lists = store.calls.filter(([name, key]) => name === 'swap' && /^user:/.test(String(key)))
  return JSON.parse(String(lists.at(-1)?.[3])).map(([key]: [string, number]) => key)
}

describe('a user with 20 sessions who logs in again', () => {
  it('ends the oldest session', async () => {
    at(0)
    const store = watched(memoryStore())
    const phones = Array.from({ length: 21 }, () => createVisitor({ store }))
    for (const [second, phone] of phones.entries()) {
      at(second)
      await phone.visit(login)
    }
    const users = await Promise.all(phones.map((phone) => phone.visit((session) => session.user)))
    expect(users).toEqual([undefined, ...Array(20).fill('mary')])
    expect(listed(store)).toHaveLength(20)
    expect(await userSessions(store).list('mary')).toHaveLength(20)
  })

  it('ends none if old ones have expired', async () => {
    at(0)
    const store = watched(memoryStore())
    for (let i = 0; i < 10; i++) await createVisitor({ store }).visit(login)
    at(1000)
    const phones = Array.from({ length: 10 }, () => createVisitor({ store }))
    for (const phone of phones) await phone.visit(login)
    at(1300) // the first ten have timed out
    await createVisitor({ store }).visit(login)
    expect(await userSessions(store).list('mary')).toHaveLength(11)
    expect(listed(store)).toHaveLength(11)
  })

  it('needs a bounded number of calls, however many logins there were', async () => {
    const store = watched(memoryStore())
    const counts: number[] = []
    for (let i = 0; i < 60; i++) {
      at(i * 61)
      store.calls.length = 0
      await createVisitor({ store }).visit(login)
      counts.push(store.calls.length)
    }
    expect(counts[0]).toBe(3)
    expect(Math.max(...counts)).toBeLessThanOrEqual(25)
    store.calls.length = 0
    await userSessions(store).endAll('mary')
    expect(store.calls.length).toBeLessThanOrEqual(61)
  })

  it('loses no session that is being written', async () => {
    at(0)
    const memory = memoryStore()
    const [announced, goOn] = [gate(), gate()]
    const slow: Store = {
      get: memory.get,
      async swap(key, ...given) {
        if (key.startsWith('session:')) {
          announced.resolve()
          await goOn.promise
        }
        return memory.swap(key, ...given)
      },
    }
    const phone = createVisitor({ store: slow })
    const slowly = phone.visit(login)
    await announced.promise
    for (let i = 0; i < 25; i++) await createVisitor({ store: memory }).visit(login)
    goOn.resolve()
    await slowly
    const id = await phone.visit((session) => session.id)
    const own = (await storeKey(String(id))).slice('session:'.length)
    expect((await userSessions(memory).list('mary')).map((each) => each.id)).toContain(own)
  })
})

it('no key in the store contains the name of a user', async () => {
  const store = watched(memoryStore())
  await createVisitor({ store }).visit(login)
  await userSessions(store).endAll('mary')
  const keys = store.calls.map(([, key]) => String(key))
  expect(keys.filter((key) => !/^(session|user):[\w-]{43}$/.test(key))).toEqual([])
})

it.each(['', '__proto__', '../user:x', 'x'.repeat(100_000), 'A'.repeat(42), '\ud800'])(
  'an unknown id ends nothing and calls no store: %#',
  async (id) => {
    const store = watched(memoryStore())
    expect(await userSessions(store).end('mary', id)).toBe(false)
    expect(store.calls).toEqual([])
  },
)

it('a login whose session cannot be written leaves no entry on the list', async () => {
  const memory = memoryStore()
  const phone = createVisitor({ store: downAt('session:', memory) })
  expect(await phone.attempt(login)).toMatchObject({ status: 503, sent: [] })
  expect(await userSessions(memory).list('mary')).toEqual([])
})

it('a login whose list cannot be written is refused, and writes no session', async () => {
  const memory = watched(memoryStore())
  const phone = createVisitor({ store: downAt('user:', memory) })
  expect(await phone.attempt(login)).toMatchObject({ status: 503, sent: [] })
  expect(memory.calls.filter(([name]) => name === 'swap')).toEqual([])
})

/** A store that cannot create a session. */
function stoppedAtCreate(store: Store): Store {
  return {
    get: (key) => store.get(key),
    swap: (key, before, after, ttl) =>
      before === null && after?.startsWith(`[${start}`)
        ? Promise.reject(new Error('stopped'))
        : store.swap(key, before, after, ttl),
  }
}

/** A store that cannot write keys with this prefix. */
function downAt(prefix: string, store: Store): Store {
  return {
    get: (key) => store.get(key),
    swap: (key, ...given) =>
      key.startsWith(prefix) ? Promise.reject(new Error('down')) : store.swap(key, ...given),
  }
}

describe('the calls of a request', () => {
  /** Counts the calls of a visitor's actions after a preparation. */
  async function calls(before: ((session: Session) => void)[], use: (session: Session) => void) {
    const store = watched(memoryStore())
    const visitor = createVisitor({ store })
    for (const each of before) await visitor.visit(each)
    store.calls.length = 0
    await visitor.visit(use)
    return store.calls.length
  }
  const guest = (session: Session) => session.set('guest', true)
  const loginAs = (user: string) => (session: Session) => {
    session.regenerate()
    session.bind(user)
  }

  it('are 3 for a first login, 5 in place of a session, 7 as another user, 4 for a logout', async () => {
    expect(await calls([], login)).toBe(3)
    expect(await calls([guest], login)).toBe(5)
    expect(await calls([login], login)).toBe(5)
    expect(await calls([login], (session) => session.regenerate())).toBe(5)
    expect(await calls([login], loginAs('john'))).toBe(7)
    expect(await calls([login], (session) => session.invalidate())).toBe(4)
    expect(await calls([guest], (session) => session.bind('mary'))).toBe(4)
    expect(await calls([login], (session) => session.bind('john'))).toBe(5)
  })

  it('are 2 for a logout of nobody, and for a change', async () => {
    expect(await calls([guest], (session) => session.invalidate())).toBe(2)
    expect(await calls([login], (session) => session.set('n', 1))).toBe(2)
  })

  it.each([0, 61])(
    'are at most 30 when the list is full, with %i s between logins',
    async (pause) => {
      at(0)
      const store = watched(memoryStore())
      for (let i = 0; i < 20; i++) {
        at(i * pause)
        const visitor = createVisitor({ store })
        await visitor.visit(guest)
        await visitor.visit(login)
      }
      const visitor = createVisitor({ store })
      await visitor.visit(guest)
      for (let i = 0; i < 5; i++) {
        at((20 + i) * pause)
        store.calls.length = 0
        await visitor.visit(login)
        expect(store.calls.length).toBeLessThanOrEqual(30)
        visitor.token = undefined
        await visitor.visit(guest)
      }
      expect(await userSessions(store).list('mary')).toHaveLength(20)
    },
  )

  it('do not grow after 500 logins and logouts', async () => {
    at(0)
    const store = watched(memoryStore())
    const visitor = createVisitor({ store })
    for (let i = 0; i < 500; i++) {
      await visitor.visit(login)
      await visitor.visit((session) => session.invalidate())
    }
    store.calls.length = 0
    await visitor.visit(login)
    expect(store.calls.length).toBe(3)
  })

  it('are bounded after 500 logins that stopped half way, each of which leaves an entry', async () => {
    at(0)
    const store = watched(memoryStore())
    const phone = createVisitor({ store })
    await phone.visit(login)
    const stopping = createVisitor({ store: stoppedAtCreate(store), onEvent: () => {} })
    for (let i = 0; i < 500; i++) {
      store.calls.length = 0
      await stopping.attempt(login)
      expect(store.calls.length).toBeLessThanOrEqual(50)
    }
    expect(listed(store).length).toBeLessThanOrEqual(40)
    expect(await phone.visit((session) => session.user)).toBe('mary')
    expect(await userSessions(store).list('mary')).toHaveLength(1)
  })
})

describe('the limit of 20 sessions', () => {
  it('counts sessions, not what one session was: 19 regenerations end no other browser', async () => {
    at(0)
    const store = watched(memoryStore())
    const [laptop, phone] = [createVisitor({ store }), createVisitor({ store })]
    await laptop.visit(login)
    await phone.visit(login)
    for (let i = 0; i < 60; i++) await phone.visit((session) => session.regenerate())
    expect(await laptop.visit((session) => session.user)).toBe('mary')
    expect(listed(store)).toHaveLength(2)
  })

  it('holds after a login and a logout as well: of 40 logins 20 live', async () => {
    at(0)
    const store = watched(memoryStore())
    const first = createVisitor({ store })
    await first.visit(login)
    await first.visit((session) => session.invalidate())
    const phones = Array.from({ length: 40 }, () => createVisitor({ store }))
    for (const phone of phones) await phone.visit(login)
    const users = await Promise.all(phones.map((phone) => phone.visit((session) => session.user)))
    expect(users.filter((user) => user === 'mary')).toHaveLength(20)
    expect(users.slice(20)).toEqual(Array(20).fill('mary'))
  })

  it('does not count logins that are over, or that are under way', async () => {
    at(0)
    const store = watched(memoryStore())
    const phones = Array.from({ length: 18 }, () => createVisitor({ store }))
    for (const phone of phones) await phone.visit(login)
    const stopping = createVisitor({ store: downAt('session:', store), onEvent: () => {} })
    for (let i = 0; i < 10; i++) await stopping.attempt(login)
    for (const second of [0, 61]) {
      at(second)
      await createVisitor({ store }).visit(login)
    }
    const users = await Promise.all(phones.map((phone) => phone.visit((session) => session.user)))
    expect(users).toEqual(Array(18).fill('mary'))
  })
})

describe('a session whose regenerate() stopped half way', () => {
  /** A browser that is logged in, whose `regenerate()` failed when the new session was to be kept. */
  async function halfWay() {
    at(0)
    const memory = watched(memoryStore())
    const phone = createVisitor({ store: memory })
    await phone.visit(login)
    const failing = createVisitor({ store: downAt('session:', memory), onEvent: () => {} })
    failing.token = phone.token
    expect((await failing.attempt((session) => session.regenerate())).status).toBe(503)
    return { memory, phone }
  }

  it('is listed and ended as before', async () => {
    const { memory, phone } = await halfWay()
    const [own, ...others] = await phone.visit((session) =>
      userSessions(memory).list('mary', session),
    )
    expect([own?.current, others]).toEqual([true, []])
    expect(await userSessions(memory).end('mary', String(own?.id))).toBe(true)
    expect(await phone.visit((session) => session.user)).toBeUndefined()
  })

  it('stays on a full list, a minute later', async () => {
    const { memory, phone } = await halfWay()
    at(61)
    const others = Array.from({ length: 19 }, () => createVisitor({ store: memory }))
    for (const other of others) await other.visit(login)
    expect(await userSessions(memory).list('mary')).toHaveLength(20)
    expect(await userSessions(memory).endAll('mary')).toBe(20)
    expect(await phone.visit((session) => session.user)).toBeUndefined()
  })
})

it('end() ends what a session has become since it was listed', async () => {
  at(0)
  const store = memoryStore()
  const phone = createVisitor({ store })
  await phone.visit(login)
  const [listed] = await userSessions(store).list('mary')
  for (let i = 0; i < 3; i++) await phone.visit((session) => session.regenerate())
  expect(await userSessions(store).end('john', String(listed?.id))).toBe(false)
  expect(await userSessions(store).end('mary', String(listed?.id))).toBe(true)
  expect(await phone.visit((session) => session.user)).toBeUndefined()
  expect(await userSessions(store).end('mary', String(listed?.id))).toBe(false)
})

describe('endAll() that stopped half way', () => {
  it('locks nobody out: what it had marked ends at the next login', async () => {
    at(0)
    const memory = memoryStore()
    const phone = createVisitor({ store: memory })
    await phone.visit(login)
    const ending = userSessions(downAt('session:', memory)).endAll('mary')
    await expect(ending).rejects.toThrow('the store failed')
    await phone.visit((session) => session.regenerate())
    expect(phone.sent).toEqual([])
    expect(await phone.visit((session) => session.user)).toBeUndefined()
    at(1)
    await phone.visit(login)
    expect(await phone.visit((session) => session.user)).toBe('mary')
    expect(await userSessions(memory).list('mary')).toHaveLength(1)
  })
})

it('endAll() returns while six clients keep logging in', async () => {
  const store = memoryStore()
  const far: Store = {
    get: (key) => soon(() => store.get(key)),
    swap: (...given) => soon(() => store.swap(...given)),
  }
  let isOver = false
  const clients = Array.from({ length: 6 }, async () => {
    while (!isOver) await createVisitor({ store: far }).visit(login)
  })
  await soon(async () => {})
  for (let i = 0; i < 5; i++) await userSessions(far).endAll('mary')
  isOver = true
  await Promise.all(clients)
})

it('a slow login is dropped by endAll() like any other', async () => {
  at(0)
  const memory = memoryStore()
  let hasEnded = false
  const store: Store = {
    get: memory.get,
    async swap(key, ...given) {
      if (key.startsWith('session:') && !hasEnded) {
        hasEnded = true
        await userSessions(memory).endAll('mary')
      }
      return memory.swap(key, ...given)
    },
  }
  const phone = createVisitor({ store })
  await phone.visit((session) => {
    at(1500) // an upload of 25 minutes
    login(session)
  })
  expect(hasEnded).toBe(true)
  expect(phone.sent).toEqual([])
})

it.each([undefined, null, '', 7, {}, '\ud800', ['mary']])(
  'no function accepts %j as a user',
  async (user) => {
    const store = watched(memoryStore())
    const name = user as string
    const sessions = userSessions(store)
    await expect(sessions.list(name)).rejects.toThrow(/^userSessions\(\)\.list\(\): the user is /)
    await expect(sessions.end(name, 'A'.repeat(43))).rejects.toThrow(TypeError)
    await expect(sessions.endAll(name)).rejects.toThrow(TypeError)
    await expect(revokeSessions(store, name)).rejects.toThrow(/^revokeSessions\(\): the user is /)
    await expect(createVisitor({ store }).visit((s) => s.bind(name))).rejects.toThrow(TypeError)
    expect(store.calls).toEqual([])
  },
)

async function soon<T>(work: () => Promise<T>): Promise<T> {
  await new Promise((resolve) => setTimeout(resolve, 1))
  return work()
}
