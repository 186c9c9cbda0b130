import { AxeBuilder } from '@axe-core/playwright'
import { describe, expect, it } from 'vitest'
import { startSite } from '../../kit/node/browser.ts'

const { browser, url } = await startSite({}, 'test/browser/inspector/wrangler.toml')

describe.each(['light', 'dark'] as const)(
  'the inspector of any app, in the %s scheme',
  (colorScheme) => {
    it.each([['at a first visit'], ['of a session']])(
      'passes axe and fits a phone, %s',
      async (when) => {
        const context = await browser.newContext({
          baseURL: url,
          colorScheme,
          viewport: { width: 360, height: 740 },
        })
        const page = await context.newPage()
        const complaints: string[] = []
        page.on('console', (message) => complaints.push(message.text()))
        if (when === 'of a session') await page.goto('/')
        await page.goto('/_session')
        for (const each of await page.locator('summary').all()) await each.click()
        const { violations } = await new AxeBuilder({ page }).analyze()
        expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
        const widths = await page.evaluate(() => {
          const { scrollWidth, clientWidth } = document.documentElement
          return [scrollWidth, clientWidth]
        })
        expect(widths[0]).toBe(widths[1])
        expect(complaints.filter((text) => !text.includes('favicon'))).toEqual([])
        await context.close()
      },
    )
  },
)
