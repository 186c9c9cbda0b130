import type { Page } from 'playwright-core'
import { afterEach } from 'vitest'
import { startSite } from '../../kit/node/browser.ts'

/** What `/who` of a shop answers. */
export interface Who {
  /** Who is logged in, by the session with the defaults. */
  session: string | null
  /** The same by a session whose cookie has no prefix, … */
  plain: string | null
  /** … is `SameSite=Strict`, … */
  strict: string | null
  /** … is `SameSite=None`. */
  open: string | null
  /** What the request carried. */
  cookie: string
  origin: string | null
  site: string | null
}

/** Serves the hosts of the attacks until the tests of the file that called it are over. */
export async function startLab() {
  const { browser, url } = await startSite({}, 'test/browser/attacks/wrangler.toml')
  const { port } = new URL(url)
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close()
  })

  /** The address of a page: a shop's by its path, the attacker's by the answer that it should give. */
  function at(host: string, path = '/', query: Record<string, string | string[]> = {}): string {
    const address = new URL(path, `https://${host}:${port}`)
    for (const [name, values] of Object.entries(query)) {
      for (const value of [values].flat()) address.searchParams.append(name, value)
    }
    return address.href
  }

  return {
    at,
    browser,
    /** Opens a browser without cookies. */
    open: () => browser.newPage(),
    /** The cookies that a shop sets for a user, by their names. */
    async cookiesOf(user: string, host: string): Promise<Map<string, string>> {
      const page = await browser.newPage()
      await page.goto(at(host, `/login/${user}`))
      const cookies = await page.context().cookies()
      await page.close()
      return new Map(cookies.map(({ name, value }) => [name, value]))
    },
  }
}

/** Goes to an address, and reads the JSON that is there. */
export async function read<T>(page: Page, address: string): Promise<T> {
  await page.goto(address)
  return shown(page)
}

/** Reads the JSON that a page shows. */
export async function shown<T>(page: Pick<Page, 'innerText'>): Promise<T> {
  return JSON.parse(await page.innerText('body'))
}

/** Sets cookies as a script of the page does. */
export async function plant(page: Page, lines: string[]): Promise<void> {
  await page.evaluate((lines) => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API refuses what attackers try
    for (const line of lines) document.cookie = line
    return document.cookie // which waits until they are set
  }, lines)
}
