import { expect, it } from 'vitest'
import { startSite } from './site'

const { browser, url, restart } = await startSite()

it('opens a page', async () => {
  const page = await browser.newPage()
  const response = await page.goto(url)
  expect(response?.status()).toBe(200)
})

it('opens it again when the server has restarted', async () => {
  const page = await browser.newPage()
  await page.goto(url)
  await restart()
  const response = await page.reload()
  expect(response?.status()).toBe(200)
})
