import { afterEach, expect, it, vi } from 'vitest'
import { type Session, userSessions } from '../../src/session/index.ts'
import type { Store } from '../../src/session/store.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { at } from './fixtures.ts'
import { gate, tabs, watched } from './shared.ts'

afterEach(() => {
  vi.useRealTimers()
})

const login = (session: Session) => {
  session.regenerate()
  session.bind('mary')
}

it('a session that is just being kept stays on the list when another logs in meanwhile', async () => {
  const memory = memoryStore()
  const [announced, goOn] = [gate(), gate()]
  const slow: Store = {
    ...memory,
    async swap(key, ...given) {
      if (key.startsWith('session:')) {
        announced.resolve()
        await goOn.promise
      }
      return memory.swap(key, ...given)
    },
  }
  const slowly = tabs(slow).visit(login)
  await announced.promise
  await tabs(memory).visit(login)
  goOn.resolve()
  await slowly
  expect(await userSessions(memory).list('mary')).toHaveLength(2)
})

it('what is over leaves the list at the next login', async () => {
  const store = watched(memoryStore())
  at(0)
  for (const phone of [tabs(store), tabs(store), tabs(store)]) await phone.visit(login)
  at(3600)
  await tabs(store).visit(login)
  expect(await userSessions(store).list('mary')).toHaveLength(1)
  const lists = store.calls.filter(([name, key]) => name === 'swap' && /^user:/.test(String(key)))
  expect(JSON.parse(String(lists.at(-1)?.[3]))).toHaveLength(1)
})

it('the store sees no name of a user in a key', async () => {
  const store = watched(memoryStore())
  await tabs(store).visit(login)
  await userSessions(store).endAll('mary')
  const keys = store.calls.map(([, key]) => String(key))
  expect(keys.filter((key) => !/^(session|user):[\w-]{43}$/.test(key))).toEqual([])
})

it.each(['', '__proto__', '../user:x', 'x'.repeat(100_000), 'A'.repeat(42), '\ud800'])(
  'an id that no list gave ends nothing and asks no store: %#',
  async (id) => {
    const store = watched(memoryStore())
    expect(await userSessions(store).end('mary', id)).toBe(false)
    expect(store.calls).toEqual([])
  },
)

it('a login whose session could not be kept leaves nothing to be seen on the list', async () => {
  const memory = memoryStore()
  const phone = tabs(downAt('session:', memory))
  expect(await phone.visit(login)).toBe(503)
  expect(phone.sent).toEqual([])
  expect(await userSessions(memory).list('mary')).toEqual([])
})

it('a login whose list could not be kept is refused, and keeps no session that nobody could end', async () => {
  const memory = watched(memoryStore())
  const phone = tabs(downAt('user:', memory))
  expect(await phone.visit(login)).toBe(503)
  expect(phone.sent).toEqual([])
  expect(memory.calls.filter(([name]) => name === 'swap')).toEqual([])
})

/** A store that cannot write what is under some keys. */
function downAt(prefix: string, store: Store): Store {
  return {
    get: (key) => store.get(key),
    swap: (key, ...given) =>
      key.startsWith(prefix) ? Promise.reject(new Error('down')) : store.swap(key, ...given),
  }
}
