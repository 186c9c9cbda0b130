import { expect, it } from 'vitest'
import { browser } from '../../src/session/testing.ts'
import tour from './session.ts'

it('the tour of the session runs to its end', async () => {
  const { get, cookies } = browser(tour, { SESSION_SECRET: crypto.randomUUID() })
  expect((await get('/tour')).status).toBe(303)
  expect(cookies.size).toBe(0)
})
