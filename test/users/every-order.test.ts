import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Session, userSessions } from '../../src/session/index.ts'
import { storeKey } from '../../src/session/lifecycle/ids.ts'
import type { Store } from '../../src/session/store.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { stopTime } from '../kit/clock.ts'
import { createSchedule, type Random, randomFrom } from '../kit/schedule.ts'
import { createVisitor } from '../kit/visitor.ts'

afterEach(() => {
  vi.useRealTimers()
})

const rounds = Number(process.env.ROUNDS ?? 150)

const uses = {
  login(session: Session) {
    session.regenerate()
    session.bind('mary')
  },
  bind: (session: Session) => session.bind('mary'),
  regenerate: (session: Session) => session.regenerate(),
  logout: (session: Session) => session.invalidate(),
  change: (session: Session) => session.update('n', (n) => Number(n ?? 0) + 1),
  switchUser(session: Session) {
    session.regenerate()
    session.bind('john')
  },
  switchInPlace: (session: Session) => session.bind('john'),
}

type Use = keyof typeof uses

const logins: Use[] = ['login', 'bind']

/** A browser, and every token that it was ever given. */
interface Browser {
  token: string | undefined
}

/** A session that a token leads to: when its user gave a password for it. */
interface Credentials {
  readonly token: string
  /** The moment when the login was answered; infinite: not yet. */
  login: { answered: number }
}

/** Mary's browsers, with all that happens to them. */
function createWorld(memory: Store, random: Random) {
  const schedule = createSchedule(memory, random)
  const options = { onEvent: () => {} }
  const browsers: Browser[] = []
  const known = new Map<string, Credentials['login']>()
  const log: string[] = []
  let moment = 0

  function remember(token: string | undefined, login: Credentials['login']): void {
    if (token !== undefined) known.set(token, login)
  }

  return {
    schedule,
    browsers,
    known,
    log,
    now: () => moment++,
    async addBrowser(...visits: Use[]): Promise<void> {
      const visitor = createVisitor({ ...options, store: memory })
      for (const use of visits) {
        await visitor.visit((session) => void uses[use](session))
        remember(visitor.token, {
          answered: visits.some((each) => logins.includes(each)) ? -1 : Number.POSITIVE_INFINITY,
        })
      }
      browsers.push({ token: visitor.token })
    },
    /** Sends a request from a browser. */
    send(browser: Browser, use: Use, lastCall?: number) {
      const name = `${use} ${browsers.indexOf(browser)}`
      return schedule.begin(
        async (store) => {
          const { token } = browser
          const old = token === undefined ? undefined : known.get(token)
          const login = logins.includes(use)
            ? { answered: Number.POSITIVE_INFINITY }
            : (old ?? { answered: Number.POSITIVE_INFINITY })
          if (use === 'bind') remember(token, login)
          const visitor = createVisitor({ ...options, store })
          visitor.token = token
          log.push(`${name} from ${token?.slice(0, 4)}`)
          const { status, sent } = await visitor.attempt((session) => void uses[use](session))
          log.push(`${name} got ${status} ${visitor.token?.slice(0, 4)} ${sent.length}`)
          if (sent.length > 0) {
            browser.token = visitor.token
            remember(visitor.token, login)
          }
          if (logins.includes(use)) login.answered = moment++
          return { status, sent, token: visitor.token }
        },
        lastCall === undefined ? {} : { lastCall },
      )
    },
    /** Tells whose session a token leads to. */
    async userOf(token: string): Promise<[user: string | undefined, id: string]> {
      const visitor = createVisitor({ ...options, store: memory })
      visitor.token = token
      return visitor.visit((session) => [session.user, String(session.id)])
    },
  }
}

async function assertListIsExact(world: ReturnType<typeof createWorld>, memory: Store) {
  const listed = (await userSessions(memory).list('mary')).map(({ id }) => `session:${id}`)
  for (const token of world.known.keys()) {
    const [user, id] = await world.userOf(token)
    if (user === 'mary') expect(listed, token).toContain(await storeKey(id))
  }
}

describe('endAll(), whatever else happens at the same time', () => {
  it.each([
    ['nobody dies', 0],
    ['requests die', 0.4],
  ])('leaves no session that there was, where %s', async (_, deaths) => {
    for (let seed = 1; seed <= rounds; seed++) {
      stopTime()
      const random = randomFrom(seed)
      const memory = memoryStore()
      const world = createWorld(memory, random)
      const { schedule, browsers } = world
      await world.addBrowser('change', 'login')
      await world.addBrowser('login')
      await world.addBrowser('change')
      await world.addBrowser()
      const count = 2 + random.below(4)
      for (let i = 0; i < count; i++) {
        const lastCall = random.chance(deaths) ? 1 + random.below(6) : undefined
        const use = random.pick(Object.keys(uses) as Use[])
        world.send(random.pick(browsers), use, lastCall)
      }
      let before: string[] = []
      const ending = schedule.begin(async (store) => {
        const called = world.now()
        world.log.push('endAll')
        before = [...world.known]
          .filter(([, { answered }]) => answered < called)
          .map(([token]) => token)
        const logins = new Set(before.map((token) => world.known.get(token)))
        await userSessions(store).endAll('mary')
        world.log.push('endAll done')
        return logins
      })
      await schedule.run()
      try {
        for (const [token, login] of world.known) {
          if (!ending.result?.has(login)) continue
          expect((await world.userOf(token))[0], token).not.toBe('mary')
        }
        await assertListIsExact(world, memory)
        await userSessions(memory).endAll('mary')
        for (const token of world.known.keys()) {
          expect((await world.userOf(token))[0], token).not.toBe('mary')
        }
      } catch (error) {
        throw new Error(`seed ${seed}: ${world.log.join('; ')}`, { cause: error })
      }
    }
  })
})
