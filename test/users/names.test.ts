import { describe, expect, it } from 'vitest'
import {
  revokeSessions,
  type Session,
  type SessionOptions,
  storeKey,
  userSessions,
} from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { watched } from '../kit/stores.ts'
import { createVisitor } from '../kit/visitor.ts'

const admin = { name: 'admin' }
const as = (cookie: SessionOptions['cookie']): Partial<SessionOptions> => (cookie ? { cookie } : {})

const login = (user: string) => (session: Session) => {
  session.regenerate()
  session.bind(user)
}

/** A customer and an administrator with one number, whose sessions share a store. */
async function shop() {
  const store = watched(memoryStore())
  const options = { store, revocations: store }
  const customer = createVisitor(options)
  const boss = createVisitor({ ...options, ...as(admin) })
  await customer.visit(login('1'))
  await boss.visit(login('1'))
  const users = () => Promise.all([customer, boss].map((each) => each.visit(({ user }) => user)))
  return { store, customer, boss, users }
}

describe('two sessions of other names in one store', () => {
  it('share no user: neither lists nor ends the other’s sessions', async () => {
    const { store, users } = await shop()
    const [own] = await userSessions(store).list('1')
    const [other] = await userSessions(store, admin).list('1')
    expect(own?.id).not.toBe(other?.id)
    expect(await userSessions(store).list('1')).toHaveLength(1)
    expect(await userSessions(store).end('1', String(other?.id))).toBe(false)
    expect(await userSessions(store).endAll('1')).toBe(1)
    expect(await users()).toEqual([undefined, '1'])
    expect(await userSessions(store, admin).endAll('1')).toBe(1)
    expect(await users()).toEqual([undefined, undefined])
  })

  it('share no revocation', async () => {
    const { store, users } = await shop()
    await revokeSessions(store, '1', admin)
    expect(await users()).toEqual(['1', undefined])
    await revokeSessions(store, '1')
    expect(await users()).toEqual([undefined, undefined])
  })

  it('share no id: the key of one is not that of the other', async () => {
    const { store, customer, boss } = await shop()
    for (const [visitor, name] of [
      [customer, {}],
      [boss, admin],
    ] as const) {
      const id = String(await visitor.visit((session) => session.id))
      expect(await store.get(await storeKey(id, name))).not.toBeNull()
      expect(await store.get(await storeKey(id, name === admin ? {} : admin))).toBeNull()
    }
  })

  it('are told apart by the name without its prefix', async () => {
    const { store } = await shop()
    const boss = createVisitor({ store, cookie: { name: 'admin', prefix: 'secure' } })
    await boss.visit(login('2'))
    expect(await userSessions(store, admin).list('2')).toHaveLength(1)
  })

  // A user may have chosen the name.
  it.each(['["admin","1"]', '["session","1"]', '[', '"admin","1"'])(
    'are not mixed up by a user with the name %s',
    async (user) => {
      const { store, users } = await shop()
      const attacker = createVisitor({ store, revocations: store })
      await attacker.visit(login(user))
      expect(await userSessions(store).list(user)).toHaveLength(1)
      await userSessions(store).endAll(user)
      await revokeSessions(store, user)
      expect(await users()).toEqual(['1', '1'])
      expect(await userSessions(store).list('1')).toHaveLength(1)
      expect(await userSessions(store, admin).list('1')).toHaveLength(1)
      await userSessions(store, admin).endAll('1')
      expect(await users()).toEqual(['1', undefined])
    },
  )
})

it('the keys of the default name are hashes of ids, as in existing stores', async () => {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode('A'.repeat(43)))
  const encoded = btoa(String.fromCharCode(...new Uint8Array(hash)))
  const key = `session:${encoded.replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '')}`
  expect(await storeKey('A'.repeat(43))).toBe(key)
})
