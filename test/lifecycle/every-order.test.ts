import { afterEach, describe, expect, it, vi } from 'vitest'
import { rounds } from '../kit/schedule.ts'
import { createWorld, type Use } from '../kit/world.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** Requests of one browser at the same time. */
async function meeting(seed: number, before: Use[], requests: readonly Use[], deaths = 0) {
  const world = createWorld(seed)
  const browser = await world.addBrowser(...before)
  const sent = requests.map((use) => world.send(browser, use, deaths))
  await world.schedule.run()
  return { world, browser, answers: sent.map(({ result }) => result) }
}

function several(seed: number, uses: readonly Use[]): Use[] {
  return Array.from({ length: 1 + (seed % 3) }, (_, i) => uses[(seed >> i) % uses.length] as Use)
}

describe('in every order of events', () => {
  it.each([[[]], [['change']], [['login']], [['switchUser']]] as [Use[]][])(
    'a login takes effect, in a browser that has made %j',
    async (before) => {
      for (let seed = 1; seed <= rounds; seed++) {
        // Without a cookie the server cannot know that two requests come from one browser.
        const others = several(seed, before.length > 0 ? ['login', 'bind', 'change'] : ['login'])
        const { world, browser, answers } = await meeting(seed, before, ['login', ...others])
        expect(answers.map((answer) => answer?.status)).toEqual(answers.map(() => 200))
        const { user } = await world.look(String(browser.token))
        expect(user, world.story()).toBe('mary')
        expect(await world.unlisted(), world.story()).toEqual([])
        vi.useRealTimers()
      }
    },
  )

  it('a login succeeds on the next try, wherever earlier requests stopped, at any time', async () => {
    for (let seed = 1; seed <= rounds; seed++) {
      const requests: Use[] = ['login', ...several(seed, ['login', 'regenerate', 'change'])]
      const { world, browser } = await meeting(seed, ['change'], requests, 0.7)
      vi.setSystemTime(Date.now() + world.random.pick([0, 400, 9000, 15_000, 59_000, 70_000]))
      world.send(browser, 'login')
      await world.schedule.run()
      const { user } = await world.look(String(browser.token))
      expect(user, world.story()).toBe('mary')
      vi.useRealTimers()
    }
  })

  it('a logout ends the session, whatever it has become meanwhile', async () => {
    for (let seed = 1; seed <= rounds; seed++) {
      const requests: Use[] = ['logout', ...several(seed, ['regenerate', 'change', 'logout'])]
      const { world, browser, answers } = await meeting(seed, ['change', 'login'], requests)
      expect(answers.map((answer) => answer?.status)).toEqual(answers.map(() => 200))
      expect(await world.alive(), world.story()).toEqual([])
      const { user } = await world.look(String(browser.token))
      expect(user, world.story()).toBeUndefined()
      vi.useRealTimers()
    }
  })

  it('a change is kept or answered with an error, unless the session ended', async () => {
    for (let seed = 1; seed <= rounds; seed++) {
      const { world, browser } = await meeting(
        seed,
        ['change'],
        ['change', 'regenerate', ...several(seed, ['change'])],
      )
      const token = String(browser.token)
      expect(world.known.has(token), world.story()).toBe(true)
      const regenerated = await world.dataOf(token)
      // Requests that opened it before `regenerate()` ended it, and came too late, are dropped, as reported.
      const kept = 1 + (2 + (seed % 3)) - world.dropped()
      expect(regenerated, world.story()).toEqual({ n: kept })
      vi.useRealTimers()
    }
  })
})
