import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import { browser } from '../../../src/session/testing.ts'
import app from './remember.ts'

const bindings = { ...env, SESSION_SECRET: 'a-secret-that-only-the-login-uses' }
const day = 24 * 60 * 60 * 1000

beforeAll(() => applyD1Migrations(env.SESSIONS_DB, env.MIGRATIONS))
afterEach(() => vi.useRealTimers())

it.each([
  [true, 20, 'mary'],
  [true, 31, undefined],
  [false, 1, undefined],
])(
  'a login that is remembered (%s) is, after %i days, that of %s',
  async (remember, days, user) => {
    const visitor = browser(app, bindings)
    await visitor.submit('/login', { name: 'mary', ...(remember && { remember: 'on' }) })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * day })
    expect(await (await visitor.get('/')).json()).toEqual({ user, remembered: user !== undefined })
  },
)
