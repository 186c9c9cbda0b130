import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { deviceBinding } from '../../src/session/device.ts'
import { session } from '../../src/session/index.ts'
import { pass } from '../contracts/device.ts'
import { deviceBrowser } from '../kit/device/device.ts'
import { secret } from '../kit/tokens.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('device bindings', () => {
  it('tell apart two sessions of an app', async () => {
    const admin = deviceBinding({ path: '/.session/admin' })
    const app = new Hono()
      .use(session({ secret, device: deviceBinding() }))
      .use(session({ secret, as: 'admin', cookie: { name: 'admin' }, device: admin }))
      .post('/:as', async (c) => {
        const open = c.req.param('as') === 'admin' ? c.var.admin : c.var.session
        const session = await open()
        session.regenerate()
        session.set('user', c.req.param('as'))
        return c.text('in')
      })
      .get('/', async (c) => {
        const both = [await c.var.session(), await c.var.admin()]
        return c.json(both.map((session) => [session.get('user') ?? null, session.device]))
      })
    const owner = deviceBrowser(app)
    await owner.post('/session')
    await owner.post('/admin')
    pass(601)
    const seen = [
      ['session', 'bound'],
      ['admin', 'bound'],
    ]
    expect(await (await owner.get('/')).json()).toEqual(seen)
    // A token of one is not good for the other.
    const names = ['__Host-session-device', '__Host-admin-device'] as const
    const [one, other] = names.map((name) => owner.cookies.get(name) ?? '')
    owner.cookies.set(names[0], other ?? '')
    owner.cookies.set(names[1], one ?? '')
    const none = [
      [null, 'unbound'],
      [null, 'unbound'],
    ]
    expect(await (await owner.get('/')).json()).toEqual(none)
    const [first, second] = owner.bonds.values()
    for (const bond of [first, second]) {
      const foreign = bond === first ? second : first
      const headers = { 'Sec-Secure-Session-Id': foreign?.instructions.session_identifier ?? '' }
      const path = bond?.instructions.refresh_url ?? ''
      const response = await owner.send(path, { method: 'POST', headers })
      expect(await response.json()).toMatchObject({ continue: false })
    }
  })
})
