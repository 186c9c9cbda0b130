import { type Session, type SessionEvent, userSessions } from '../../src/session/index.ts'
import { hashedKey, storeKey } from '../../src/session/lifecycle/ids.ts'
import type { Store } from '../../src/session/store.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { stopTime } from './clock.ts'
import { createSchedule, type Outcome, randomFrom } from './schedule.ts'
import { createVisitor } from './visitor.ts'

/** What a request may do. */
export const uses = {
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

export type Use = keyof typeof uses

/** What needs mary's password. */
const logins: readonly Use[] = ['login', 'bind']

/** A login, and when it was answered; infinite: not yet. */
export interface Login {
  answered: number
}

/** A browser: the cookie that it has now. */
export interface Browser {
  token: string | undefined
}

/** The outcome of a request. */
export interface Answer {
  readonly status: number
  readonly sent: string[]
}

/** Mary's browsers, and the requests that a schedule runs at the same time. */
export function createWorld(seed: number, { isOneProcess = false } = {}) {
  stopTime()
  const random = randomFrom(seed)
  const memory = memoryStore()
  const schedule = createSchedule(memory, random, { isOneProcess })
  let dropped = 0
  const options = {
    onEvent: ({ type }: SessionEvent) => {
      if (type === 'dropped') dropped++
    },
  }
  const browsers: Browser[] = []
  /** All cookies that a browser was ever given, and the login that each comes from. */
  const known = new Map<string, Login | undefined>()
  const log: string[] = [`seed ${seed}`]
  let moment = 0

  async function answer(browser: Browser, use: Use, store: Store): Promise<Answer> {
    const { token } = browser
    const login = logins.includes(use) ? { answered: Number.POSITIVE_INFINITY } : undefined
    if (use === 'bind' && token !== undefined) known.set(token, login)
    const visitor = createVisitor({ ...options, store, revocations: store })
    visitor.token = token
    const { status, sent } = await visitor.attempt((session) => void uses[use](session))
    if (sent.length > 0) {
      browser.token = visitor.token
      // A bind() at the same time is carried over to what the session becomes.
      if (visitor.token !== undefined) known.set(visitor.token, login ?? known.get(token ?? ''))
    }
    if (login) login.answered = moment++
    return { status, sent }
  }

  const world = {
    random,
    memory,
    schedule,
    browsers,
    known,
    /** What happened, for the message of a test that fails. */
    story: () => log.join('; '),
    /** Adds a browser that has made these visits, one after the other. */
    async addBrowser(...visits: Use[]): Promise<Browser> {
      const browser: Browser = { token: undefined }
      browsers.push(browser)
      for (const use of visits) await answer(browser, use, memory)
      return browser
    },
    /** Sends a request from a browser, which may die at one of its calls. */
    send(browser: Browser, use: Use, deaths = 0): Outcome<Answer> {
      const name = `${use} of ${browsers.indexOf(browser)}`
      const lastCall = random.chance(deaths) ? 1 + random.below(6) : Number.POSITIVE_INFINITY
      return schedule.begin(
        async (store) => {
          log.push(name)
          const result = await answer(browser, use, store)
          log.push(`${name}: ${result.status}, ${result.sent.length} cookies`)
          return result
        },
        { lastCall },
      )
    },
    /** Ends all of mary's sessions. Returns which logins had been answered at that moment. */
    endAll(end = (store: Store): unknown => userSessions(store).endAll('mary')) {
      return schedule.begin(async (store) => {
        const before = [...known.values()].filter((login) => Number.isFinite(login?.answered))
        log.push('end of all')
        await end(store)
        log.push('end of all: done')
        return new Set(before)
      })
    },
    /** The user and the id of the session that a cookie leads to. */
    async look(token: string): Promise<{ user: string | undefined; key: string }> {
      const visitor = createVisitor({ ...options, store: memory, revocations: memory })
      visitor.token = token
      const [user, id] = await visitor.visit((session) => [session.user, session.id])
      return { user, key: await storeKey(String(id)) }
    },
    /** How many requests reported that their changes were dropped. */
    dropped: () => dropped,
    dataOf(token: string): Promise<object> {
      return createVisitor({ ...options, store: memory, revocations: memory }).present(token)
    },
    /** The cookies that lead to a session of mary's. */
    async alive(): Promise<string[]> {
      const tokens: string[] = []
      for (const token of known.keys()) {
        if ((await world.look(token)).user === 'mary') tokens.push(token)
      }
      return tokens
    },
    /** The sessions of mary's that a cookie leads to, and that are not on her list under any key. */
    async unlisted(): Promise<string[]> {
      const text = await memory.get(await hashedKey('user:', 'mary', 'session'))
      const listed: unknown[] = JSON.parse(text ?? '[]').flat()
      const looks = await Promise.all((await world.alive()).map((token) => world.look(token)))
      return looks.map(({ key }) => key).filter((key) => !listed.includes(key))
    },
  }
  return world
}

export type World = ReturnType<typeof createWorld>
