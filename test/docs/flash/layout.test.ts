import { expect, it } from 'vitest'
import { browser } from '../../../src/session/testing.ts'
import app from './layout.tsx'

it('a layout shows the messages of all queues, once', async () => {
  const { get, post } = browser(app, { SESSION_SECRET: crypto.randomUUID() })
  await post('/')
  const page = await (await get('/')).text()
  expect(page).toContain('<p role="status">Saved.</p>')
  expect(page).toContain('<p role="alert">One field was ignored.</p>')
  expect(await (await get('/')).text()).not.toContain('role=')
})
