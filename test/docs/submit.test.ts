import { expect, it } from 'vitest'
import { browser } from '../../src/session/testing.ts'
import app from '../readme/first-page.ts'

// #region submit
it('says hello once', async () => {
  const visitor = browser(app, { SESSION_SECRET: crypto.randomUUID() })
  const page = await visitor.submit('/', {}) // fetches, fills in, sends, follows the redirect
  expect(await page.text()).toContain('Hello!')
  expect(await (await visitor.get('/')).text()).not.toContain('Hello!')
})
// #endregion
