import { afterEach, describe, expect, it, vi } from 'vitest'
import { revokeSessions, userSessions } from '../../src/session/index.ts'
import { rounds } from '../kit/schedule.ts'
import { createWorld, type Use, uses } from '../kit/world.ts'

afterEach(() => {
  vi.useRealTimers()
})

const all = Object.keys(uses) as Use[]

describe.each([
  ['nobody dies', 0, false],
  ['requests die at any call', 0.4, false],
  ['all queue in one process', 0, true],
])('a user’s sessions, in every order of events, where %s', (_, deaths, isOneProcess) => {
  /** Two browsers that are logged in, two that are not, and what they do at the same time. */
  async function crowd(seed: number) {
    const world = createWorld(seed, { isOneProcess })
    const { random, browsers } = world
    await world.addBrowser('change', 'login')
    await world.addBrowser('login')
    await world.addBrowser('change')
    await world.addBrowser()
    const count = 2 + random.below(4)
    for (let i = 0; i < count; i++) world.send(random.pick(browsers), random.pick(all), deaths)
    return world
  }

  it('end at endAll(), except for logins that come after it', async () => {
    for (let seed = 1; seed <= rounds; seed++) {
      const world = await crowd(seed)
      const ending = world.endAll()
      await world.schedule.run()
      const alive = await world.alive()
      const survivors = alive.filter((token) => ending.result?.has(world.known.get(token)))
      expect(survivors, world.story()).toEqual([])
      expect(await world.unlisted(), world.story()).toEqual([])
      await userSessions(world.memory).endAll('mary')
      expect(await world.alive(), world.story()).toEqual([])
      vi.useRealTimers()
    }
  })

  it('end when they are revoked, except for logins that come after it', async () => {
    for (let seed = 1; seed <= rounds; seed++) {
      const world = await crowd(seed)
      const ending = world.endAll((store) => revokeSessions(store, 'mary'))
      await world.schedule.run()
      const alive = await world.alive()
      const survivors = alive.filter((token) => ending.result?.has(world.known.get(token)))
      expect(survivors, world.story()).toEqual([])
      await revokeSessions(world.memory, 'mary')
      expect(await world.alive(), world.story()).toEqual([])
      vi.useRealTimers()
    }
  })

  it('end one by one, whatever end() runs into', async () => {
    for (let seed = 1; seed <= rounds; seed++) {
      const world = await crowd(seed)
      const [victim] = world.browsers
      const token = victim?.token ?? ''
      const login = world.known.get(token)
      const { key } = await world.look(token)
      const id = key.slice('session:'.length)
      const ending = world.schedule.begin((store) => userSessions(store).end('mary', id))
      await world.schedule.run()
      expect(ending.isDead).toBe(false)
      const alive = await world.alive()
      const survivors = alive.filter((each) => world.known.get(each) === login)
      expect(survivors, world.story()).toEqual([])
      expect(await world.unlisted(), world.story()).toEqual([])
      vi.useRealTimers()
    }
  })

  it('are all listed, also a minute later and after the list was full', async () => {
    for (let seed = 1; seed <= rounds / 5; seed++) {
      const world = await crowd(seed)
      await world.schedule.run()
      vi.setSystemTime(Date.now() + 61_000)
      const before = await world.alive()
      for (let i = before.length; i < 20; i++) await world.addBrowser('login')
      expect(await world.unlisted(), world.story()).toEqual([])
      await userSessions(world.memory).endAll('mary')
      expect(await world.alive(), world.story()).toEqual([])
      vi.useRealTimers()
    }
  })
})
