import { AxeBuilder } from '@axe-core/playwright'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { startSite } from '../kit/node/browser.ts'

const { browser, url, restart } = await startSite()

/** Runs a visit in a new browser context, and fails it for any error or warning in the console. */
async function visit(options: BrowserContextOptions, use: (page: Page) => Promise<void>) {
  const context = await browser.newContext({ baseURL: url, ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  await use(page)
  await context.close()
  expect(complaints).toEqual([])
}

const headline = (page: Page) => page.textContent('h1')
const status = (page: Page) => page.locator('[role=status]').allInnerTexts()
const alert = (page: Page) => page.locator('[role=alert]').allInnerTexts()

describe.each([
  ['with JavaScript', true],
  ['without JavaScript', false],
])('the site %s', (_, javaScriptEnabled) => {
  it('counts on both views, and continues after a restart', async () => {
    await visit({ javaScriptEnabled }, async (page) => {
      await page.goto('/')
      expect(await headline(page)).toBe('Hi Home View')
      expect(await page.innerText('main')).toContain('Count: 1')
      await page.click('nav >> text=Howdy')
      expect(await headline(page)).toBe('Hi Hello View')
      expect(await page.innerText('main')).toContain('Count: 2')
      await restart()
      await page.reload()
      expect(await page.innerText('main')).toContain('Count: 3')
    })
  })

  it('adds and removes items by keyboard alone, and shows each message once', async () => {
    await visit({ javaScriptEnabled }, async (page) => {
      await page.goto('/cart')
      await page.focus('input[name=item][type=text]')
      await page.keyboard.type('Red apples & "pears"')
      await page.keyboard.press('Enter')
      await page.waitForSelector('[role=status]')
      expect(await status(page)).toEqual([expect.stringContaining('Added “Red apples & "pears"”.')])
      expect(await page.innerText('main')).toContain('Red apples & "pears"')
      await page.reload()
      expect(await status(page)).toEqual([])
      expect(await page.innerText('main')).toContain('Shown once')
      await page.getByRole('button', { name: 'Remove Red apples & "pears"' }).press('Enter')
      await page.waitForSelector('[role=status]')
      expect(await status(page)).toEqual([
        expect.stringContaining('Removed “Red apples & "pears"”.'),
      ])
      expect(await page.innerText('main')).toContain('Your cart is empty')
      expect(new URL(page.url()).hash).toBe('#items')
      await page.getByRole('button', { name: 'Undo' }).press('Enter')
      await page.waitForSelector('text=Added “Red apples')
      expect(await page.innerText('.items')).toContain('Red apples & "pears"')
    })
  })

  it('reports an item that it refuses', async () => {
    await visit({ javaScriptEnabled }, async (page) => {
      await page.goto('/cart')
      await page.fill('input[name=item][type=text]', '   ')
      await page.click('text=Add')
      await page.waitForSelector('[role=alert]')
      expect(await alert(page)).toEqual(['Enter an item to add.'])
      const field = page.locator('input[name=item][type=text]')
      expect(await field.getAttribute('aria-invalid')).toBe('true')
      expect(await field.getAttribute('aria-describedby')).toContain('item-error')
    })
  })

  it('shows the session, and resets, regenerates and forgets it', async () => {
    await visit({ javaScriptEnabled }, async (page) => {
      await page.goto('/')
      await page.goto('/session')
      expect(await page.getByRole('rowheader', { name: 'counter' }).count()).toBe(2) // sent, and back
      await page.click('text=Reset the counter')
      await page.waitForSelector('[role=status]')
      expect(await status(page)).toEqual(['The counter is back to zero.'])
      expect(await page.getByRole('rowheader', { name: 'counter' }).count()).toBe(0)
      await page.click('button:text("New identity")')
      await page.waitForSelector('text=new identity.')
      await page.click('button:text("Start over")')
      await page.waitForSelector('text=was forgotten')
      await page.goto('/')
      expect(await page.innerText('main')).toContain('Count: 1')
    })
  })

  it('returns what was typed when the form has expired', async () => {
    const context = await browser.newContext({ baseURL: url, javaScriptEnabled })
    const page = await context.newPage()
    await page.goto('/cart')
    await context.clearCookies()
    await page.fill('input[name=item][type=text]', 'tea & "milk"')
    await page.click('text=Add')
    await page.waitForSelector('text=Send it again?')
    expect(await page.inputValue('input[name=item]')).toBe('tea & "milk"')
    await page.click('text=Send again')
    await page.waitForSelector('text=Added “tea & "milk"”.')
    await context.close()
  })

  it('refuses a forged payload, and says why', async () => {
    await visit({ javaScriptEnabled }, async (page) => {
      await page.goto('/session')
      await page.fill('textarea', '{"counter":3,"role":"admin"}')
      await page.click('text=Change it and send')
      await page.waitForSelector('#break [role=status]')
      expect(await status(page)).toEqual([
        'Refused: the signature does not match. You were given a new session (reason: forged).',
      ])
      expect(await page.inputValue('textarea')).toBe('{"counter":3,"role":"admin"}')
    })
  })
})

describe.each(['light', 'dark'] as const)(
  'in the %s scheme, on a phone of 360 px',
  (colorScheme) => {
    it.each(['/', '/howdy', '/cart', '/session', '/nowhere', '/cart/remove'])(
      '%s passes axe and fits',
      async (path) => {
        const context = await browser.newContext({
          baseURL: url,
          colorScheme,
          viewport: { width: 360, height: 740 },
        })
        const page = await context.newPage()
        await page.goto('/cart')
        await page.fill('input[name=item][type=text]', 'Donaudampfschifffahrt'.repeat(3))
        await page.click('text=Add')
        await page.waitForSelector('[role=status]')
        if (path !== '/cart') await page.goto(path) // the cart is there, with its message
        const { violations } = await new AxeBuilder({ page }).analyze()
        expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
        const [content, screen] = await page.evaluate(() => {
          const { scrollWidth, clientWidth } = document.documentElement
          return [scrollWidth, clientWidth]
        })
        expect(content).toBe(screen)
        await context.close()
      },
    )
  },
)

describe('the cookie', () => {
  it('is kept by the browser under its __Host- name, out of reach of scripts', async () => {
    const context = await browser.newContext({ baseURL: url })
    const page = await context.newPage()
    await page.goto('/')
    expect(await context.cookies()).toMatchObject([
      {
        name: '__Host-session',
        path: '/',
        httpOnly: true,
        secure: true,
        sameSite: 'Lax',
        expires: -1,
      },
    ])
    expect(await page.evaluate(() => document.cookie)).toBe('')
    await context.close()
  })
})
