import type { Content, Job } from './app.ts'
import type { Place } from './place.ts'

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

/** Milliseconds after which a request that has no answer fails. */
const patience = 60_000

/** Makes the browser of one visitor, whose many tabs share one cookie and use each instance in turn. */
export function visitorOf({ instances }: Place) {
  const instanceOf = (tab: number) => instances[tab % instances.length] ?? instances[0]
  const visitor = {
    cookie: '',
    /** Sends a request from a tab, and keeps the cookie that comes back. */
    async visit(tab: number, task: Task): Promise<Answer> {
      const answer = await visitor.present(visitor.cookie, tab, task)
      for (const line of answer.sent) {
        visitor.cookie = /; Max-Age=0(;|$)/.test(line) ? '' : line.replace(/;.*/, '')
      }
      return answer
    },
    /** Sends a request with a cookie of the caller's, and keeps none. */
    async present(cookie: string, tab: number, { job, ...query }: Task): Promise<Answer> {
      const response = await instanceOf(tab).request(`/${job}?${new URLSearchParams(query)}`, {
        headers: { Cookie: cookie },
        signal: AbortSignal.timeout(patience),
      })
      const text = await response.text()
      const body: unknown = response.ok ? JSON.parse(text) : text
      return { status: response.status, body, sent: response.headers.getSetCookie() }
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
    /** How often the store was asked by all instances. */
    async calls(): Promise<number> {
      const counts = await Promise.all(instances.map((each) => ask(each, '/calls')))
      return counts.reduce<number>((sum, count) => sum + Number(count), 0)
    },
  }
  return visitor
}

async function ask(instance: Place['instances'][0], path: string): Promise<unknown> {
  return (await instance.request(path)).json()
}
