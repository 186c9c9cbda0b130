import { gzipSync } from 'node:zlib'
import { AxeBuilder } from '@axe-core/playwright'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { startSite } from '../kit/node/browser.ts'

const { browser, url } = await startSite()
const broken = await startSite({ SESSION_STORE: 'd1' }) // its table was not made

const phone = { width: 360, height: 740 }

/** Fills a session: a count, a cart with a long item, a message and a login. */
async function fill(page: Page): Promise<void> {
  for (let visits = 0; visits < 7; visits++) await page.goto('/')
  await page.goto('/session')
  await page.getByLabel('Name').fill('Donaudampfschifffahrtsgesellschaft')
  await page.keyboard.press('Enter')
  await page.waitForSelector('text=You are logged in.')
  await page.goto('/cart')
  await page.fill('input[name=item][type=text]', 'Donaudampfschifffahrt'.repeat(3))
  await page.click('text=Add')
  await page.waitForSelector('[role=status]')
}

/** Each page and state of the site: how to get there from a filled session. */
const states: [string, (page: Page) => Promise<unknown>][] = [
  ['/', (page) => page.goto('/')],
  ['/howdy', (page) => page.goto('/howdy')],
  ['/cart with a message', async () => {}],
  ['/cart after a message', (page) => page.reload()],
  [
    '/cart with an error',
    async (page) => {
      await page.fill('input[name=item][type=text]', '  ')
      await page.click('text=Add')
      await page.waitForSelector('[role=alert]')
    },
  ],
  ['/session', (page) => page.goto('/session')],
  [
    '/session with all of it open',
    async (page) => {
      await page.goto('/session')
      for (const each of await page.locator('summary').all()) await each.click()
    },
  ],
  [
    '/session after a forgery',
    async (page) => {
      await page.goto('/session')
      await page.fill('textarea', '{"role":"admin"}')
      await page.click('text=Change it and send')
      await page.waitForSelector('#break [role=status]')
    },
  ],
  [
    'a form that is out of date',
    async (page) => {
      await page.context().clearCookies()
      await page.fill('input[name=item][type=text]', 'tea')
      await page.click('text=Add')
      await page.waitForSelector('text=Send it again?')
    },
  ],
  [
    'a cookie that was refused',
    async (page) => {
      const value = 'WzEsMSx7fV0.forged'
      const secureUrl = url.replace('http:', 'https:')
      const cookie = { name: '__Host-session', value, url: secureUrl, secure: true }
      await page.context().addCookies([cookie])
      await page.goto('/session')
      await page.waitForSelector('.notice')
    },
  ],
  ['404', (page) => page.goto('/nowhere')],
  ['405', (page) => page.goto('/cart/remove')],
]

async function open(state: (page: Page) => Promise<unknown>, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ baseURL: url, reducedMotion: 'reduce', ...options })
  const page = await context.newPage()
  await fill(page)
  await state(page)
  return { page, close: () => context.close() }
}

async function axe(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.map(({ id, nodes }) => [id, nodes[0]?.html])
}

/** How much wider the page is than the screen. */
const overflow = (page: Page) =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    return scrollWidth - clientWidth
  })

describe.each(states)('%s', (_, state) => {
  it('passes axe and fits a phone, light and dark, in forced colors, right to left, at 200 % text', async () => {
    const { page, close } = await open(state, { viewport: phone })
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await axe(page)).toEqual([])
    }
    await page.emulateMedia({ forcedColors: 'active' })
    expect(await overflow(page)).toBe(0)
    await page.setViewportSize({ width: 256, height: 740 })
    expect(await overflow(page)).toBe(0)
    await page.evaluate(() => {
      document.documentElement.dir = 'rtl'
    })
    expect(await overflow(page)).toBe(0)
    await page.evaluate(() => {
      document.documentElement.style.fontSize = '200%' // as a browser's own setting does
    })
    await page.setViewportSize(phone)
    expect(await overflow(page)).toBe(0)
    await page.setViewportSize({ width: 1920, height: 1080 })
    expect(await overflow(page)).toBe(0)
    await close()
  })

  it('has one style sheet, no script, no style of its own, and every id once', async () => {
    const { page, close } = await open(state)
    const found = await page.evaluate(() => ({
      sheets: document.styleSheets.length,
      scripts: document.querySelectorAll('script, link[rel=preload], iframe').length,
      styles: document.querySelectorAll('style, [style]').length,
      headlines: document.querySelectorAll('h1').length,
      twice: [...document.querySelectorAll('[id]')]
        .map(({ id }) => id)
        .filter((id, i, all) => all.indexOf(id) !== i),
    }))
    expect(found).toEqual({ sheets: 1, scripts: 0, styles: 0, headlines: 1, twice: [] })
    await close()
  })
})

describe.each(['/', '/howdy', '/cart', '/session', '/nowhere'])('%s', (path) => {
  it('transfers less than 15 kB with its assets, and shifts nothing', async () => {
    const context = await browser.newContext({ baseURL: url })
    const page = await context.newPage()
    await fill(page)
    await context.clearCookies()
    let bytes = 0
    const asked: string[] = []
    page.on('response', async (response) => {
      asked.push(new URL(response.url()).pathname)
      bytes += gzipSync(await response.body()).length
    })
    await page.goto(path, { waitUntil: 'networkidle' })
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.filter((each) => !/^(\/style-\w+\.css|\/favicon\.svg)$/.test(each))).toEqual([
      path,
    ])
    expect(bytes).toBeLessThan(15_000)
    const shift = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let sum = 0
          const observer = new PerformanceObserver((list) => {
            for (const entry of list.getEntries())
              sum += (entry as never as { value: number }).value
          })
          observer.observe({ type: 'layout-shift', buffered: true })
          setTimeout(() => resolve(sum), 300)
        }),
    )
    expect(shift).toBe(0)
    await context.close()
  })
})

describe('a printed page', () => {
  it.each(['/', '/cart', '/session'])('%s has no navigation and no buttons', async (path) => {
    const { page, close } = await open((page) => page.goto(path))
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('nav').isVisible()).toBe(false)
    for (const button of await page.locator('button, .button').all()) {
      expect(await button.isVisible()).toBe(false)
    }
    expect(await page.locator('h1').isVisible()).toBe(true)
    await close()
  })
})

describe('a page whose store does not answer', () => {
  it('says on localhost what to do, and offers to try again', async () => {
    const context = await broken.browser.newContext({ baseURL: broken.url })
    const page = await context.newPage()
    const response = await page.goto('/cart')
    expect(response?.status()).toBe(503)
    expect(response?.headers()['retry-after']).toBe('60')
    expect(await page.innerText('main')).toContain(
      'D1 has no table yet. Run: npx wrangler d1 migrations apply SESSIONS_DB --local',
    )
    expect(await axe(page)).toEqual([])
    await broken.worker.applyD1Migrations('SESSIONS_DB')
    await page.getByRole('link', { name: 'Try again' }).click()
    await page.waitForSelector('h1:text("Cart")')
    expect(page.url()).toBe(`${broken.url}/cart`)
    await context.close()
  })
})
