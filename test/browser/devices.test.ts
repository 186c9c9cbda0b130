import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { startSite } from '../kit/node/browser.ts'

const { browser, url } = await startSite({ SESSION_STORE: 'durable-object' })
const phone = { baseURL: url, viewport: { width: 360, height: 740 } }

async function logIn(page: Page, name: string): Promise<void> {
  await page.goto('/session')
  await page.getByLabel('Name').fill(name)
  await page.keyboard.press('Enter')
  await page.waitForSelector('text=You are logged in.')
}

describe.each([
  { title: 'with JavaScript', javaScriptEnabled: true },
  { title: 'without JavaScript', javaScriptEnabled: false },
])('your sessions, $title', ({ title, javaScriptEnabled }) => {
  it('can be ended one by one, by keyboard', async () => {
    const [laptop, other] = await Promise.all([
      browser.newContext({ ...phone, javaScriptEnabled }),
      browser.newContext({ ...phone, javaScriptEnabled }),
    ])
    const [here, there] = [await laptop.newPage(), await other.newPage()]
    await logIn(here, `Mary ${title}`)
    await logIn(there, `Mary ${title}`)
    await here.reload()
    await here.getByRole('button', { name: /^Sign out Chrome on Linux, signed in/ }).press('Enter')
    await here.waitForSelector('text=That browser is signed out.')
    await there.reload()
    expect(await there.innerText('.notice')).toContain('you signed out from another browser')
    expect(await there.getByLabel('Name').count()).toBe(1)
    expect(await here.getByText('(this browser)').count()).toBe(1)
    await Promise.all([laptop.close(), other.close()])
  })
})

describe.each(['light', 'dark'] as const)('your sessions in the %s scheme', (colorScheme) => {
  it('pass axe, and fit on a phone of 360 px', async () => {
    const contexts = [
      await browser.newContext({ ...phone, colorScheme }),
      await browser.newContext(phone),
    ]
    const [page, other] = await Promise.all(contexts.map((context) => context.newPage()))
    const name = `Donaudampfschifffahrtsgesellschaft ${colorScheme[0]}`
    await logIn(other as Page, name)
    await logIn(page as Page, name)
    const { violations } = await new AxeBuilder({ page: page as Page }).analyze()
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
    const widths = await (page as Page).evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement
      return [scrollWidth, clientWidth]
    })
    expect(widths[0]).toBe(widths[1])
    await Promise.all(contexts.map((context) => context.close()))
  })
})
