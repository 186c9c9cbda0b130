import { expect, it } from 'vitest'
import { browser } from '../../../src/session/testing.ts'
import app from './index.ts'

const env = { SESSION_SECRET: crypto.randomUUID() }

it('counts across both pages and shows a message once', async () => {
  const { get, post } = browser(app, env)
  expect(await (await get('/')).text()).toContain('<p>Count: 1</p>')
  const page = await (await get('/howdy')).text()
  expect(page).toContain('<p>Count: 2</p>')

  const [, csrf_token = ''] = /name="csrf_token" value="([^"]+)"/.exec(page) ?? []
  expect((await post('/reset', { csrf_token })).status).toBe(303)

  const after = await (await get('/')).text()
  expect(after).toContain('<p role="status">The counter is back to zero.</p>')
  expect(after).toContain('<p>Count: 1</p>')
  expect(await (await get('/')).text()).not.toContain('role="status"')
})
