import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import type { Account } from './app.ts'

const features = [
  // Without its quota, a short `ttl` is possible.
  'DeviceBoundSessions:RefreshQuota/false',
  // Keys in software: a machine for tests has no secure hardware.
  'EnableBoundSessionCredentialsSoftwareKeysForManualTesting',
]

const args = [
  '--headless=new', // the old one has no such sessions
  '--no-sandbox',
  `--enable-features=${features}`,
  // Or each request shortly before the end would renew.
  '--disable-features=DeviceBoundSessionProactiveRefresh',
  '--host-resolver-rules=MAP *.test 127.0.0.1',
  '--ignore-certificate-errors',
]

/** What Chromium reports about a binding. */
export type BoundSessionEvent = 'creation' | 'challenge' | 'refresh' | 'termination'

/** A visitor of the site, in a profile without cookies. */
export interface Visitor {
  readonly context: BrowserContext
  readonly page: Page
  /** What Chromium did since this was last called, with an `!` where it failed. */
  events(): string[]
}

/** Starts a Chromium. @throws {Error} When there is none at that path. */
export async function startBrowser(executablePath: string): Promise<Browser> {
  if (!existsSync(executablePath)) throw new Error(`there is no program at '${executablePath}'`)
  return chromium.launch({ executablePath, args })
}

/** Opens a profile, and listens to what Chromium does for its bindings. */
export async function visit(browser: Browser): Promise<Visitor> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  const page = await context.newPage()
  const cdp = await context.newCDPSession(page)
  const seen: string[] = []
  cdp.on('Network.deviceBoundSessionEventOccurred', ({ succeeded, ...event }) => {
    const detail = Object.keys(event).find((key) => key.endsWith('EventDetails')) ?? ''
    seen.push(`${detail.replace('EventDetails', '')}${succeeded ? '' : '!'}`)
  })
  await cdp.send('Network.enable')
  await cdp.send('Network.enableDeviceBoundSessions', { enable: true })
  return { context, page, events: () => seen.splice(0) }
}

/** Reads what the open page shows of the session. */
export async function shown(page: Page): Promise<Account> {
  return JSON.parse((await page.textContent('pre')) ?? '')
}
