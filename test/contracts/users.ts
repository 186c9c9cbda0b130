import { describe, expect, it } from 'vitest'
import { type Session, type Store, storeKey, userSessions } from '../../src/session/index.ts'
import { visitSlowly } from '../kit/race.ts'
import { createVisitor, type Visitor } from '../kit/visitor.ts'

/**
 * Tests that the sessions of a user can be listed and ended in a store.
 *
 * @param make - Makes a store for each test. They may share a backend: users never repeat.
 */
export function usersContract(name: string, make: () => Store | Promise<Store>): void {
  describe(`a user's sessions in ${name}`, () => {
    it('are listed after bind(), the current one marked, by ids that open no session', async () => {
      const { store, user, device } = await prepare(make)
      const [laptop, phone] = [await device(user), await device(user)]
      await device(`${user}'s neighbor`)
      const id = await phone.visit((session) => session.id)
      const list = await phone.visit((session) => userSessions(store).list(user, session))
      expect(list).toHaveLength(2)
      expect(list.filter(({ current }) => current)).toEqual([
        { id: (await storeKey(String(id))).slice(8), ...(await times(phone)), current: true },
      ])
      expect(await userSessions(store).list(user)).toEqual(
        list.map((each) => ({ ...each, current: false })),
      )
      expect(await laptop.visit((session) => session.user)).toBe(user)
      const thief = createVisitor({ store })
      thief.token = `${btoa(list[0]?.id ?? '')}.${'A'.repeat(43)}`
      expect(await thief.visit((session) => session.new)).toBe(true)
    })

    it('can be ended one by one, after which the next request can log in again', async () => {
      const { store, user, device, login } = await prepare(make)
      const [laptop, phone] = [await device(user), await device(user)]
      const [other] = (await laptop.visit((session) => userSessions(store).list(user, session)))
        .filter(({ current }) => !current)
        .map(({ id }) => id)
      expect(await userSessions(store).end(user, String(other))).toBe(true)
      expect(await userSessions(store).end(user, String(other))).toBe(false)
      expect(await phone.visit((session) => [session.new, session.user])).toEqual([true, undefined])
      expect(await laptop.visit((session) => session.user)).toBe(user)
      await phone.visit(login(user))
      expect(await phone.visit((session) => session.user)).toBe(user)
      expect(await userSessions(store).list(user)).toHaveLength(2)
    })

    it('cannot be ended by another user', async () => {
      const { store, user, device } = await prepare(make)
      await device(user)
      const [own] = await userSessions(store).list(user)
      expect(await userSessions(store).end(`${user}'s enemy`, String(own?.id))).toBe(false)
      expect(await userSessions(store).list(user)).toHaveLength(1)
    })

    it('can all be ended but the current one, even if it is regenerated in the same request', async () => {
      const { store, user, device } = await prepare(make)
      const [laptop, phone, tablet] = [await device(user), await device(user), await device(user)]
      const ended = await laptop.visit((session) => {
        session.regenerate()
        return userSessions(store).endAll(user, session)
      })
      expect(ended).toBe(2)
      expect(await laptop.visit((session) => [session.user, session.get('n')])).toEqual([user, 1])
      for (const other of [phone, tablet]) {
        expect(await other.visit((session) => [session.new, session.size])).toEqual([true, 0])
      }
    })

    it('can all be ended from outside', async () => {
      const { store, user, device } = await prepare(make)
      const devices = [await device(user), await device(user)]
      expect(await userSessions(store).endAll(user)).toBe(2)
      for (const each of devices) expect(await each.visit((session) => session.new)).toBe(true)
      expect(await userSessions(store).list(user)).toEqual([])
      expect(await userSessions(store).endAll(user)).toBe(0)
    })

    it.each([
      ['changes it', (session: Session) => session.set('late', true)],
      ['regenerates it', (session: Session) => session.regenerate()],
      ['logs out of it', (session: Session) => session.invalidate()],
      ['binds it again', (session: Session) => session.bind(String(session.user))],
    ])('stay ended after a request in flight %s', async (_, late) => {
      const { store, user, device } = await prepare(make)
      const phone = await device(user)
      const finish = await visitSlowly(phone, late)
      await userSessions(store).endAll(user)
      await finish()
      expect(phone.sent).toEqual([])
      expect(await phone.visit((session) => [session.new, session.size])).toEqual([true, 0])
      expect(await userSessions(store).list(user)).toEqual([])
    })

    it('cannot escape by a concurrent regenerate()', async () => {
      const { store, user, device } = await prepare(make)
      const phone = await device(user)
      let isFirst = true
      const interrupted: Store = {
        ...store,
        async get(key) {
          const text = await store.get(key)
          if (isFirst) {
            isFirst = false
            await phone.visit((session) => session.regenerate())
          }
          return text
        },
      }
      expect(await userSessions(interrupted).endAll(user)).toBe(1)
      expect(await phone.visit((session) => session.new)).toBe(true)
    })

    it.each([
      ['nobody', undefined],
      ['another user', (user: string) => `${user}'s neighbor`],
    ])(
      'are listed if one tab binds while another regenerates, bound to %s before',
      async (_, other) => {
        const { store, user, device } = await prepare(make)
        const phone = other ? await device(other(user)) : createVisitor({ store })
        if (!other) await phone.visit((session) => session.set('guest', true))
        const finish = await visitSlowly(phone, (session) => session.regenerate())
        await phone.visit((session) => session.bind(user))
        await finish()
        expect(await phone.visit((session) => session.user)).toBe(user)
        expect(await userSessions(store).list(user)).toHaveLength(1)
      },
    )

    it('are all ended even if one of them regenerates continuously', async () => {
      const { store, user, device } = await prepare(make)
      await device(user)
      const thief = await device(user)
      let isOver = false
      const escaping = (async () => {
        while (!isOver) await thief.visit((session) => session.user && session.regenerate())
      })()
      await userSessions(store).endAll(user)
      isOver = true
      await escaping
      expect(await thief.visit((session) => session.user)).toBeUndefined()
      expect(await userSessions(store).list(user)).toEqual([])
    })

    it('are listed under their new id after regenerate(), and not after invalidate()', async () => {
      const { store, user, device } = await prepare(make)
      const phone = await device(user)
      const [before] = await userSessions(store).list(user)
      await phone.visit((session) => session.regenerate())
      const [after, ...others] = await userSessions(store).list(user)
      expect(others).toEqual([])
      expect(after?.id).not.toBe(before?.id)
      expect(after?.created).toBe(before?.created)
      await phone.visit((session) => session.invalidate())
      expect(await userSessions(store).list(user)).toEqual([])
    })

    it('are listed for the user who was bound last', async () => {
      const { store, user, device } = await prepare(make)
      const phone = await device(user)
      await phone.visit((session) => session.bind(`${user}'s neighbor`))
      expect(await userSessions(store).list(user)).toEqual([])
      expect(await userSessions(store).list(`${user}'s neighbor`)).toHaveLength(1)
    })

    it('are all listed after concurrent logins', async () => {
      const { store, user, device } = await prepare(make)
      await Promise.all(Array.from({ length: 8 }, () => device(user)))
      expect(await userSessions(store).list(user)).toHaveLength(8)
    })
  })
}

let users = 0

async function prepare(make: () => Store | Promise<Store>) {
  const store = await make()
  const user = `mary ${Date.now()} ${users++}`
  const login = (name: string) => (session: Session) => {
    session.regenerate()
    session.bind(name)
    session.set('n', 1)
  }
  /** A browser of a user who is logged in. */
  async function device(name: string) {
    const visitor = createVisitor({ store })
    await visitor.visit((session) => session.set('guest', true))
    await visitor.visit(login(name))
    return visitor
  }
  return { store, user, device, login }
}

function times(device: Visitor) {
  return device.visit(({ created, renewed: seen }) => ({ created, seen }))
}
