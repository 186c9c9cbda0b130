import { cookieHeader, message, type Scenario } from './scenarios.ts'

/** A browser with the cookies of one site. */
class Browser {
  readonly #cookies = new Map<string, string>()
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  /** The session's cookies, as they would be sent. */
  get session(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async visit(path: string, others = 0): Promise<{ body: string; sent: readonly string[] }> {
    const headers = { Cookie: cookieHeader(this.session, others) }
    const response = await fetch(this.#url + path, { headers })
    const body = await response.text()
    if (!response.ok) throw new Error(`${path} answers ${response.status}: ${body.slice(0, 80)}`)
    const sent = response.headers.getSetCookie()
    for (const line of sent) {
      const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(line) ?? []
      if (/; Max-Age=0/i.test(line) || value === '') this.#cookies.delete(name)
      else if (name.length + value.length <= 4096) this.#cookies.set(name, value)
      else throw new Error(`a cookie has ${name.length + value.length} bytes`)
    }
    return { body, sent }
  }
}

const bodies = { '/untouched': 'ok', '/read': '1', '/count': '2', '/flash': 'ok', '/pop': message }

/** What must be so after a request that changed something. */
const afterwards = {
  '/count': [['/read', '2']],
  '/flash': [
    ['/pop', message],
    ['/pop', ''],
  ],
  '/pop': [['/pop', '']],
} as const

/**
 * Gives a variant its visitors for a scenario, and makes sure that it answers them as it should.
 *
 * @param keeps - Whether it keeps sessions; a mere yardstick does not.
 * @returns The `Cookie` headers to send.
 * @throws {Error} When the variant cannot do what is asked, or does it wrong.
 */
export async function prepare(
  url: string,
  scenario: Scenario,
  keeps: boolean,
  visitors = 1,
): Promise<readonly [string, ...string[]]> {
  const { path, bytes, others } = scenario
  const seed = `/seed/${bytes}?${path === '/pop' ? 'flash=1' : ''}`
  const browser = new Browser(url)
  if (keeps && bytes !== null) await browser.visit(seed)
  const cookie = cookieHeader(keeps || bytes === null ? browser.session : 'session=1', others)
  await expectBody(browser, path, bodies[path], others)
  if (keeps && path in afterwards) {
    const visits = afterwards[path as keyof typeof afterwards]
    for (const [next, body] of visits) await expectBody(browser, next, body, others)
  }
  const more: string[] = []
  for (let i = 1; i < visitors; i++) {
    const another = new Browser(url)
    if (bytes !== null) await another.visit(`${seed}&counter=${2 * i}`) // what one writes, no other has
    more.push(cookieHeader(another.session, others))
  }
  return [cookie, ...more]
}

async function expectBody(browser: Browser, path: string, expected: string, others: number) {
  const { body } = await browser.visit(path, others)
  if (body !== expected) throw new Error(`${path} says "${body}" instead of "${expected}"`)
}

/**
 * Tells where two variants do not answer alike: status, body, headers and, but for what is random in it,
 * the cookie. Each is sent what the other wrote.
 */
export async function differenceOf(
  one: string,
  other: string,
  isRandom: boolean,
): Promise<string | undefined> {
  for (const seed of ['/seed/100', '/seed/100?flash=1']) {
    for (const path of Object.keys(bodies)) {
      for (const [from, to] of [
        [one, other],
        [other, one],
      ] as const) {
        const browser = new Browser(from)
        await browser.visit(seed)
        // The clock may go on between the two, for once.
        const answers = async () => [
          await answer(from + path, browser.session, isRandom),
          await answer(to + path, browser.session, isRandom),
        ]
        for (let tries = 0; ; tries++) {
          const [a, b] = await answers()
          if (a === b) break
          if (tries === 2) return `${a}\n${b}`
        }
      }
    }
  }
  return undefined
}

async function answer(url: string, cookie: string, isRandom: boolean): Promise<string> {
  const response = await fetch(url, { headers: { Cookie: cookie } })
  const [...headers] = response.headers
  const kept = headers.filter(([name]) => !/^(date|connection|keep-alive)$/.test(name)).toSorted()
  const all = JSON.stringify([response.status, kept, await response.text()])
  const text = all.replace('plain;charset', 'plain; charset') // as it pleases the runtime
  return isRandom ? text.replace(/(?<==)[\w-]{20,}/, (token) => `${token.length} random`) : text
}
