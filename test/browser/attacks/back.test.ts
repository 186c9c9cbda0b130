import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { startSite } from '../../kit/node/browser.ts'

const shop = await startSite({}, 'test/browser/attacks/http.toml')

const open = () => shop.browser.newPage({ baseURL: shop.url })

/** Whether this browser caches whole pages for the back button. */
const keepsPages = await (async () => {
  const page = await open()
  await page.goto('/')
  const wasKept = await leaveAndReturn(page, '/page')
  await page.close()
  return wasKept
})()

const missing = keepsPages ? '' : ', not tested: this Chromium keeps none'

/** Goes to another page and back. Returns whether the first one came from the cache of whole pages. */
async function leaveAndReturn(page: Page, path: string): Promise<boolean> {
  await page.evaluate(() => {
    Object.assign(window, { wasKept: true })
  })
  await page.goto(path)
  await page.goBack({ waitUntil: 'commit' }) // what was kept does not load
  return page.evaluate(() => 'wasKept' in window)
}

/**
 * Logs in, opens the account page, logs out and goes back to it.
 *
 * @param caching - The `Cache-Control` of an app that overrides the library's headers.
 */
async function logoutAndReturn(caching = '') {
  const page = await open()
  await page.goto('/login/alice')
  await page.goto(`/account?caching=${caching}`)
  expect(await page.innerText('p')).toBe('Account of alice')
  const wasKept = await leaveAndReturn(page, '/logout')
  return { wasKept, text: await page.innerText('p') }
}

describe('the back button after a logout', () => {
  it('requests the page again, while a storable page is shown from the cache', async () => {
    expect(await logoutAndReturn('private, max-age=600')).toMatchObject({
      text: 'Account of alice',
    })
    expect(await logoutAndReturn()).toEqual({ wasKept: false, text: 'Account of nobody' })
  })

  it.skipIf(!keepsPages)(
    `finds no page of the session that was kept whole, as one under no-cache is${missing}`,
    async () => {
      const stored = { wasKept: true, text: 'Account of alice' }
      expect(await logoutAndReturn('private, no-cache')).toEqual(stored)
      expect(await logoutAndReturn()).toEqual({ wasKept: false, text: 'Account of nobody' })
    },
  )
})
