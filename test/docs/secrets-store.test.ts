import { expect, it } from 'vitest'
import { browser } from '../../src/session/testing.ts'
import app from './secrets-store.ts'

it('a secret that a function returns signs sessions', async () => {
  const SESSION_SECRET = { get: async () => 'a-secret-that-comes-from-the-secrets-store' }
  const { get } = browser(app, { SESSION_SECRET })
  await get('/')
  expect(await (await get('/')).text()).toBe('Count: 2')
})
