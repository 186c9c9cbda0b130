import { browser } from '../../src/session/testing.ts'
import type { Content, Job } from './app.ts'
import type { Instance, Place } from './places.ts'

/** What a tab was answered. */
export interface Answer {
  readonly status: number
  readonly body: unknown
  /** The `Set-Cookie` lines. */
  readonly sent: readonly string[]
}

/** What a request is to do, and with what. */
export interface Task {
  readonly job: Job
  readonly value?: string
  /** Waits with the session open until it is released by this name. */
  readonly hold?: string
}

/** Milliseconds after which a request without an answer fails. */
const longestRequest = 60_000

const cookieName = '__Host-session'

/** The browser of one visitor, whose many tabs share one cookie. Each tab talks to its own instance. */
export function visitorOf({ instances }: Place) {
  const instanceOf = (tab: number) => instances[tab % instances.length] ?? instances[0]
  const open = () => browser({ request: (path, init) => requestFrom(path, init) })
  const jar = open()

  /** Sends a request whose path begins with its tab. */
  function requestFrom(path: string, init: RequestInit | undefined) {
    const [, tab, rest = ''] = /^\/(\d+)(.*)$/.exec(path) ?? []
    const signal = AbortSignal.timeout(longestRequest)
    return instanceOf(Number(tab)).request(rest, { ...init, signal })
  }

  async function send(by: typeof jar, tab: number, { job, ...query }: Task): Promise<Answer> {
    const response = await by.get(`/${tab}/${job}?${new URLSearchParams(query)}`)
    const text = await response.text()
    const body: unknown = response.ok ? JSON.parse(text) : text
    return { status: response.status, body, sent: response.headers.getSetCookie() }
  }

  const visitor = {
    /** The session's cookie. */
    get token(): string | undefined {
      return jar.cookies.get(cookieName)
    },
    /** Sends a request from a tab, and keeps the cookie that comes back. */
    visit: (tab: number, task: Task) => send(jar, tab, task),
    /** Sends a request with another cookie, from a browser that is thrown away after it. */
    present(token: string, tab: number, task: Task): Promise<Answer> {
      const other = open()
      other.cookies.set(cookieName, token)
      return send(other, tab, task)
    },
    async read(tab = 0): Promise<Content> {
      return (await visitor.visit(tab, { job: 'read' })).body as Content
    },
    /** Resolves when the request that a tab sent with this hold has its session open. */
    async held(tab: number, hold: string): Promise<void> {
      while (!(await ask(instanceOf(tab), `/held/${hold}`))) {
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    },
    async release(tab: number, hold: string): Promise<void> {
      await ask(instanceOf(tab), `/release/${hold}`)
    },
    /** How often all instances called the store. */
    async calls(): Promise<number> {
      const counts = await Promise.all(instances.map((each) => ask(each, '/calls')))
      return counts.reduce<number>((sum, count) => sum + Number(count), 0)
    },
  }
  return visitor
}

async function ask(instance: Instance, path: string): Promise<unknown> {
  return (await instance.request(path)).json()
}
