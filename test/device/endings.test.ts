import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { deviceBinding } from '../../src/session/device.ts'
import { revokeSessions, session, userSessions } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { pass } from '../contracts/device.ts'
import { deviceBrowser } from '../kit/device/device.ts'
import { secret } from '../kit/tokens.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A browser whose session is bound, to a device and to a user. */
async function loggedIn(where: object) {
  const app = new Hono()
    .use(session({ secret, device: deviceBinding(), ...where }))
    .get('/', async (c) => c.text((await c.var.session()).user ?? 'nobody'))
    .post('/login', async (c) => {
      const session = await c.var.session()
      session.regenerate()
      session.bind('mary')
      return c.text('in')
    })
  const owner = deviceBrowser(app)
  await owner.post('/login')
  pass(60)
  return { owner, page: async () => (await owner.get('/')).text() }
}

describe('a session that is ended from elsewhere takes its binding with it', () => {
  it.each([
    ['by endAll()', (store: ReturnType<typeof memoryStore>) => userSessions(store).endAll('mary')],
    ['by revokeSessions()', (store) => revokeSessions(store, 'mary')],
  ])('%s', async (name, end) => {
    const store = memoryStore()
    const where = name.includes('revoke') ? { revocations: store } : { store }
    const { owner, page } = await loggedIn(where)
    expect([await page(), owner.bonds.size]).toEqual(['mary', 1])
    await end(store)
    pass(601)
    expect([await page(), owner.bonds.size]).toEqual(['nobody', 0])
    expect(owner.answers.at(-1)).toBe('refresh 200')
  })
})
