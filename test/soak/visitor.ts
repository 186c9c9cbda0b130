import { Agent, get } from 'node:http'

/** What all visitors met. */
export interface Record {
  /** Milliseconds that each request took. */
  readonly times: number[]
  logouts: number
  /** What was not as it should be, and how often. */
  readonly faults: Map<string, number>
}

/**
 * Visits for so long, over a connection and with a cookie of its own: it counts, has messages shown,
 * and logs out now and then, after which its old cookie must be worthless.
 *
 * @param keepsEnded - Whether a copy of a cookie outlives the logout, as where it is the session.
 */
export async function visit(
  url: string,
  until: number,
  keepsEnded: boolean,
  record: Record,
): Promise<void> {
  const tab = open(url, record.times)
  let n = 0
  let waiting: string[] = []

  const turns = {
    async count() {
      n++
      expect('count', n, await tab.ask('/count'))
    },
    async flash(turn: number) {
      waiting.push(`message ${turn}`)
      expect('flash', null, await tab.ask(`/flash?message=message+${turn}`))
    },
    async pop() {
      expect('pop', waiting, await tab.ask('/pop'))
      waiting = []
    },
    async read() {
      expect('read', [n, waiting], await tab.ask('/read'))
    },
    async logout() {
      const old = tab.cookie
      expect('logout', null, await tab.ask('/logout'))
      record.logouts++
      n = 0
      waiting = []
      if (!keepsEnded) expect('old cookie', [0, []], await tab.ask('/read', old))
    },
  }

  function expect(what: string, expected: unknown, seen: unknown): void {
    if (JSON.stringify(seen) === JSON.stringify(expected)) return
    const fault = `${what}: ${JSON.stringify(seen)} in place of ${JSON.stringify(expected)}`
    record.faults.set(fault, (record.faults.get(fault) ?? 0) + 1)
  }

  for (let turn = 1; performance.now() < until; turn++) await turns[turnOf(turn)](turn)
  await turns.read()
  tab.close()
}

function turnOf(turn: number): 'count' | 'flash' | 'pop' | 'read' | 'logout' {
  if (turn % 97 === 5) return 'logout'
  if (turn % 14 === 0) return 'pop'
  if (turn % 7 === 3) return 'flash'
  return turn % 10 === 0 ? 'read' : 'count'
}

/** A tab with a connection that it keeps. */
interface Tab {
  cookie: string
  /**
   * Answers with what came as JSON, or else with what went wrong.
   *
   * @param cookie - Instead of its own.
   */
  ask(path: string, cookie?: string): Promise<unknown>
  close(): void
}

function open(url: string, times: number[]): Tab {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const tab: Tab = {
    cookie: '',
    async ask(path, cookie = tab.cookie) {
      const begun = performance.now()
      const { status, sent, body } = await request(url + path, cookie, agent)
      times.push(performance.now() - begun)
      for (const line of sent) {
        tab.cookie = /; Max-Age=0(;|$)/.test(line) ? '' : line.replace(/;.*/, '')
      }
      return status === 200 ? JSON.parse(body) : `${status} ${body}`
    },
    close: () => agent.destroy(),
  }
  return tab
}

interface Answer {
  readonly status: number | undefined
  readonly sent: readonly string[]
  readonly body: string
}

function request(url: string, cookie: string, agent: Agent): Promise<Answer> {
  return new Promise((resolve) => {
    const fail = (error: Error) => resolve({ status: undefined, sent: [], body: String(error) })
    const headers = cookie ? { cookie } : {}
    const asked = get(url, { agent, headers, timeout: 30_000 }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (chunk) => {
        body += chunk
      })
      response.on('error', fail).on('end', () => {
        resolve({ status: response.statusCode, sent: response.headers['set-cookie'] ?? [], body })
      })
    })
    asked.on('error', fail).on('timeout', () => asked.destroy(new Error('no answer in 30 s')))
  })
}
