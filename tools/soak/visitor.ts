import { Agent, get } from 'node:http'
import { browser } from '../../src/session/testing.ts'

/** What all visitors saw. */
export interface Observations {
  /** Milliseconds that each request took. */
  readonly times: number[]
  logouts: number
  /** What was wrong, and how often. */
  readonly faults: Map<string, number>
}

/**
 * One visitor, with its own connection and cookie: it counts, reads flash messages, and logs out now
 * and then, after which its old cookie must be worthless.
 *
 * @param until - When it stops, by `performance.now()`.
 * @param keepsEnded - Whether a copy of a cookie outlives the logout, as where the cookie is the session.
 */
export async function visit(
  url: string,
  until: number,
  keepsEnded: boolean,
  record: Observations,
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
      const Cookie = tab.cookieHeader()
      expect('logout', null, await tab.ask('/logout'))
      record.logouts++
      n = 0
      waiting = []
      if (!keepsEnded) expect('old cookie', [0, []], await tab.ask('/read', { Cookie }))
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

/** Opens a browser with one connection, which it keeps alive. */
function open(url: string, times: number[]) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const jar = browser({
    request: (path, init) => request(url + path, new Headers(init?.headers), agent),
  })
  return {
    cookieHeader: () => [...jar.cookies].map((pair) => pair.join('=')).join('; '),
    /** The JSON of the response, or else what went wrong. A `Cookie` header replaces the visitor's own. */
    async ask(path: string, headers: Record<string, string> = {}): Promise<unknown> {
      const begun = performance.now()
      try {
        const response = await jar.get(path, { headers })
        return response.ok ? await response.json() : `${response.status} ${await response.text()}`
      } catch (error) {
        return String(error)
      } finally {
        times.push(performance.now() - begun)
      }
    },
    close: () => agent.destroy(),
  }
}

/** Sends a GET request. `fetch()` cannot be told to keep to one connection. */
function request(url: string, headers: Headers, agent: Agent): Promise<Response> {
  return new Promise((resolve, reject) => {
    const options = { agent, headers: Object.fromEntries(headers), timeout: 30_000 }
    const asked = get(url, options, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
      answer.on('end', () => {
        const lines = (answer.headers['set-cookie'] ?? []).map((line) => ['Set-Cookie', line])
        const init = { status: answer.statusCode ?? 500, headers: lines as [string, string][] }
        resolve(new Response(Buffer.concat(chunks), init))
      })
    })
    asked.on('error', reject).on('timeout', () => asked.destroy(new Error('no answer in 30 s')))
  })
}
