import { type Browser, chromium } from 'playwright-core'
import { afterAll, inject } from 'vitest'
import { type Server, startServer } from './server.ts'

export interface Site extends Server {
  /** The Chromium of all tests; `browser.newContext()` is a visitor without cookies. */
  browser: Browser
}

/**
 * Serves the site and connects to the browser, until the tests of the file that called it are
 * over. Call it at the top of the file.
 *
 * @param vars - Instead of those in wrangler.toml.
 * @param configPath - Of another Worker than the site, from the project's root.
 *
 * @example
 * ```ts
 * const { browser, url, restart } = await startSite()
 *
 * it('greets', async () => {
 *   const page = await browser.newPage()
 *   await page.goto(`${url}/howdy`)
 *   expect(await page.textContent('h1')).toBe('Hi Hello View')
 * })
 * ```
 */
export async function startSite(vars?: Record<string, string>, configPath?: string): Promise<Site> {
  const [server, browser] = await Promise.all([
    startServer(vars, configPath),
    chromium.connect(inject('chromium')),
  ])
  afterAll(() => browser.close())
  return { ...server, browser }
}
