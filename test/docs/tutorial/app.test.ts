import { expect, it } from 'vitest'
import { browser } from '../../../src/session/testing.ts'
import app from './index.ts'

const env = { SESSION_SECRET: crypto.randomUUID() }

it('counts across both pages and shows a message once', async () => {
  const visitor = browser(app, env)
  const text = async (response: Promise<Response>) => (await response).text()
  expect(await text(visitor.get('/'))).toContain('<p>Count: 1</p>')
  expect(await text(visitor.get('/howdy'))).toContain('<p>Count: 2</p>')

  const page = await text(visitor.submit('/', {})) // presses "Start over", follows the redirect
  expect(page).toContain('<p role="status">The counter is back to zero.</p>')
  expect(page).toContain('<p>Count: 1</p>')
  expect(await text(visitor.get('/'))).not.toContain('role="status"')
})
