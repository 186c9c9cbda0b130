import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { read, shown, startLab } from './lab.ts'

/** The answer of the shop's `/inbox`. */
interface Inbox {
  messages: string[]
  /** The message that the shop itself removes at any request. */
  naive: string | null
  /** The `Sec-Purpose` of each request so far. */
  purposes: string[]
}

const { at, open, browser } = await startLab()

const shop = 'shop.test'
const inbox = at(shop, '/inbox')

const link = '<link rel=prefetch href=/inbox><a href=/inbox>Inbox</a>'
const rules = (action: string) =>
  `<script type=speculationrules>{"${action}":[{"urls":["/inbox"],"eagerness":"immediate"}]}</script><a href=/inbox>Inbox</a>`

const tokenOf = async (page: Page) =>
  (await page.context().cookies()).find(({ name }) => name === '__Host-session')?.value

/** Opens a page that makes the browser fetch the inbox, and waits until it has. */
async function prefetch(page: Page, html: string): Promise<void> {
  await page.goto(at(shop, '/greet'))
  const before = await tokenOf(page)
  await page.goto(at(shop, '/page', { html }))
  await expect.poll(() => tokenOf(page)).not.toBe(before)
}

/**
 * Makes the browser prerender the inbox, and passes the session to `page`.
 * Pages that Playwright controls never prerender, so this one is not.
 */
async function prerender(page: Page): Promise<void> {
  await page.goto(at(shop, '/greet'))
  const cookie = { name: '__Host-session', value: (await tokenOf(page)) ?? '', url: at(shop) }
  const session = await browser.newBrowserCDPSession()
  const { browserContextId } = await session.send('Target.createBrowserContext')
  const secure = { ...cookie, path: '/', secure: true }
  await session.send('Storage.setCookies', { browserContextId, cookies: [secure] })
  const url = at(shop, '/page', { html: rules('prerender') })
  await session.send('Target.createTarget', { browserContextId, url })
  const token = async () => {
    const { cookies } = await session.send('Storage.getCookies', { browserContextId })
    return cookies[0]?.value
  }
  await expect.poll(token).not.toBe(cookie.value)
  await page.context().addCookies([{ ...cookie, value: (await token()) ?? '' }])
  await session.send('Target.disposeBrowserContext', { browserContextId })
}

describe('a flash message', () => {
  it.each([
    ['<link rel=prefetch>', 'prefetch', (page: Page) => prefetch(page, link)],
    ['prefetch rules', 'prefetch', (page: Page) => prefetch(page, rules('prefetch'))],
    ['prerender rules', 'prefetch;prerender', prerender],
  ])('is not consumed by %s, and is shown once on the visited page', async (_, purpose, load) => {
    const page = await open()
    await load(page)
    expect(await read<Inbox>(page, inbox)).toEqual({
      messages: ['hello'],
      naive: null, // one that is taken out at any request was lost
      purposes: [purpose, ''],
    })
    await page.reload()
    expect(await shown<Inbox>(page)).toMatchObject({ messages: [] })
  })

  it('shown on a prefetched page is shown again on the next page', async () => {
    const page = await open()
    await prefetch(page, rules('prefetch'))
    await page.click('a')
    expect(await shown<Inbox>(page)).toMatchObject({ messages: ['hello'], purposes: ['prefetch'] })
    expect(await read<Inbox>(page, inbox)).toMatchObject({ messages: ['hello'] })
    expect(await read<Inbox>(page, inbox)).toMatchObject({ messages: [] })
  })
})

describe('text from a visitor', () => {
  it.each([
    '<img src=x onerror=alert()>',
    '<script>alert()</script>',
    '</p></li><svg onload=alert()>',
    '</title><script>alert()</script>',
    '"><img src=x onerror=alert()>',
    "'><img src=x onerror=alert()>",
    '" autofocus onfocus=alert() "',
    "' autofocus onfocus=alert() '",
    '--><img src=x onerror=alert()>',
  ])('is shown as a message and an item, and executes nothing: %s', async (text) => {
    const page = await open()
    let alerts = 0
    page.on('dialog', async (dialog) => {
      alerts++
      await dialog.dismiss()
    })
    const careless = `<title>${text}</title><!-- ${text} --><input value="${text}"><input value='${text}'>${text}`
    await page.goto(at(shop, '/page', { html: careless }))
    await expect.poll(() => alerts).toBeGreaterThan(0)

    alerts = 0
    const elements = () => page.locator('*').evaluateAll((all) => all.map(({ tagName }) => tagName))
    await page.goto(at(shop, '/cart', { text: 'harmless' }))
    const harmless = await elements()
    await page.goto(at(shop, '/cart', { text }))
    expect(await elements()).toEqual(harmless)
    for (const place of ['[role=status]', '[role=alert]', '.items span[dir]']) {
      expect(await page.innerText(place)).toBe(text)
    }
    expect(alerts).toBe(0)
  })
})
