import { deepEqual, equal } from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Browser, type Page, request } from 'playwright-core'
import type { Account } from './app.ts'
import { shown, type Visitor, visit } from './browser.ts'
import { type Site, ttl } from './site.ts'

/** Seconds for which the server still accepts a bound cookie, with one to spare. */
const grace = 16

const bound = { user: 'mary', device: 'bound', rejected: null }
const nobody = { user: 'nobody', device: 'unbound' }

/** A site, and the browser that visits it. */
export interface Stage {
  readonly site: Site
  readonly browser: Browser
}

/** What is proved, each in a profile of its own. They throw. */
export const checks: Record<string, (stage: Stage) => Promise<void>> = {
  'a login binds itself': async (stage) => {
    const { page, events } = await logIn(stage)
    deepEqual(events(), ['creation'])
    await expectAccount(page, bound)
  },

  'six writes right after the login are honored': async (stage) => {
    const { page, events } = await open(stage, '/form')
    const answers = await page.evaluate(async () => {
      await fetch('/login', { method: 'POST' })
      const writes = Array.from({ length: 6 }, () => fetch('/write', { method: 'POST' }))
      return Promise.all(writes.map(async (each) => (await each).text()))
    })
    deepEqual(answers, Array(6).fill('honored'))
    await sleep(1000)
    deepEqual(events(), ['creation'])
    await page.goto(`${originOf(stage)}/`)
    await expectAccount(page, bound)
  },

  'requests of two tabs wait for one refresh': async (stage) => {
    const { context, page, events } = await logIn(stage)
    const other = await context.newPage()
    await other.goto(`${originOf(stage)}/form`)
    await sleep((ttl + 0.5) * 1000)
    events()
    const burst = async (tab: Page) =>
      tab.evaluate(async () => {
        const posts = Array.from({ length: 3 }, () => fetch('/write', { method: 'POST' }))
        return Promise.all(posts.map(async (each) => (await each).text()))
      })
    deepEqual((await Promise.all([burst(page), burst(other)])).flat(), Array(6).fill('honored'))
    deepEqual(events(), ['challenge', 'refresh'])
    await page.goto(`${originOf(stage)}/`)
    await expectAccount(page, bound)
  },

  'a link from another site finds the visitor logged in': async (stage) => {
    const { page, events } = await logIn(stage)
    await sleep((ttl + 0.5) * 1000)
    events()
    const to = encodeURIComponent(`${originOf(stage)}/`)
    await page.goto(`https://other.test:${stage.site.port}/link?to=${to}`)
    await page.click('a')
    await page.waitForSelector('pre')
    await expectAccount(page, bound)
    deepEqual(events(), ['challenge', 'refresh'])
  },

  'a copied cookie jar dies, and its owner continues': async (stage) => {
    const { context, page } = await logIn(stage)
    const jar = await context.cookies()
    const header = jar.map(({ name, value }) => `${name}=${value}`).join('; ')
    equal((await shownTo(stage, header)).user, 'mary')
    await sleep((ttl + grace) * 1000)
    deepEqual(await shownTo(stage, header), { ...nobody, rejected: 'elsewhere', writes: 0 })
    await page.goto(`${originOf(stage)}/`)
    await expectAccount(page, bound)
  },

  'a logout ends it, and nothing is renewed any more': async (stage) => {
    const { page, events } = await logIn(stage)
    await page.click('button')
    await expectAccount(page, nobody)
    await sleep((ttl + 0.5) * 1000)
    events()
    await page.goto(`${originOf(stage)}/`)
    await expectAccount(page, nobody)
    deepEqual(events(), [])
  },

  'a session that is ended from elsewhere ends it': async (stage) => {
    const { page, events } = await logIn(stage)
    await page.evaluate(() => fetch('/end', { method: 'POST' }))
    await sleep((ttl + 0.5) * 1000)
    events()
    await page.goto(`${originOf(stage)}/`)
    await expectAccount(page, nobody)
    deepEqual(events(), ['challenge', 'termination', 'refresh!'])
  },

  'a second login binds itself, and the first binding ends': async (stage) => {
    const { page, events } = await logIn(stage)
    await page.goto(`${originOf(stage)}/form`)
    await page.click('button')
    await sleep((ttl + 1) * 1000)
    const seen = events()
    equal(seen.filter((each) => each === 'creation').length, 2)
    equal(seen.filter((each) => each === 'termination').length, 1)
    await page.goto(`${originOf(stage)}/`)
    await expectAccount(page, bound)
    deepEqual(events(), ['challenge', 'refresh'])
  },
}

/** Whether this browser binds sessions. */
export async function isAble(stage: Stage): Promise<boolean> {
  const { context, events } = await logIn(stage)
  await context.close()
  return events().includes('creation')
}

function originOf({ site }: Stage): string {
  return `https://shop.test:${site.port}`
}

async function open(stage: Stage, path: string): Promise<Visitor> {
  const visitor = await visit(stage.browser)
  await visitor.page.goto(originOf(stage) + path)
  return visitor
}

/** Logs in, and waits for the binding. */
async function logIn(stage: Stage): Promise<Visitor> {
  const visitor = await open(stage, '/form')
  await visitor.page.click('button')
  await sleep(1000)
  await visitor.page.goto(`${originOf(stage)}/`)
  return visitor
}

/** What the page shows to anyone who sends these cookies from elsewhere. */
async function shownTo({ site }: Stage, cookies: string): Promise<Account> {
  const client = await request.newContext({ ignoreHTTPSErrors: true })
  const response = await client.get(`https://127.0.0.1:${site.port}/`, {
    headers: { Cookie: cookies },
  })
  const [, json = ''] = /<pre>(.*)<\/pre>/.exec(await response.text()) ?? []
  await client.dispose()
  return JSON.parse(json)
}

async function expectAccount(page: Page, expected: Partial<Account>): Promise<void> {
  const account = await shown(page)
  deepEqual({ ...account, ...expected }, account)
}
