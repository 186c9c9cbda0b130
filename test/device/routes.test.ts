import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { csrf, type Store } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { boundBrowser, pass } from '../contracts/device.ts'
import { accountOf, bank, mary } from '../kit/bank.ts'
import { deviceBrowser, makeKey, prove } from '../kit/device/device.ts'

const routes = ['/.session/register', '/.session/refresh']

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** A store that fails when it is told to. */
function failing(store: Store) {
  const faults = { isDown: false }
  const up = () => {
    if (faults.isDown) throw new Error('down')
    return store
  }
  return {
    faults,
    store: {
      get: async (key: string) => up().get(key),
      swap: async (...given: Parameters<Store['swap']>) => up().swap(...given),
    },
  }
}

describe('what the browser is told', () => {
  it('names what is to be renewed, and lets other sites lead to it', async () => {
    const { app } = bank()
    const visitor = deviceBrowser(app, { isManual: true })
    const login = await visitor.post('/login')
    expect(login.status).toBe(303)
    expect(login.headers.get('Secure-Session-Registration')).toMatch(
      /^\(ES256\);path="\/\.session\/register";challenge="[\w-]+\.[\w-]+"$/,
    )
    const response = await visitor.register(login)
    expect(await response.json()).toEqual({
      session_identifier: expect.stringMatching(/^[\w-]+\.[\w-]+$/),
      refresh_url: '/.session/refresh',
      scope: { include_site: false },
      credentials: [
        {
          type: 'cookie',
          name: '__Host-session-device',
          attributes: 'Path=/; HttpOnly; Secure; SameSite=Lax',
        },
      ],
      allowed_refresh_initiators: ['*'],
    })
    expect(response.headers.get('Content-Type')).toMatch(/^application\/json/)
    expect(response.headers.getSetCookie()[0]).toMatch(
      /^__Host-session-device=[\w-]+\.[\w-]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
  })

  it('is the same where strings have their quotes', async () => {
    const { app } = bank()
    const visitor = deviceBrowser(app, { isManual: true })
    const login = await visitor.post('/login')
    const challenge = /challenge="(.*)"/.exec(
      login.headers.get('Secure-Session-Registration') ?? '',
    )?.[1]
    const key = await makeKey()
    const proof = await prove(key, challenge ?? '', { jwk: key.jwk })
    const headers = { 'Secure-Session-Response': `"${proof}"` }
    const response = await visitor.send('/.session/register', { method: 'POST', headers })
    expect(response.status).toBe(200)
  })

  it('keeps the bound cookie from scripts, whatever the session cookie does', async () => {
    const owner = await boundBrowser(
      bank({ cookie: { httpOnly: false, prefix: 'secure', path: '/' } }),
    )
    const [bond] = owner.bonds.values()
    expect(bond?.instructions.credentials[0]?.attributes).toContain('HttpOnly')
  })

  it('is nothing unless a session gets a new identity', async () => {
    const owner = await boundBrowser(bank())
    const pages = [await owner.get('/'), await owner.post('/write/n'), await owner.post('/logout')]
    for (const { headers } of pages) expect(headers.has('Secure-Session-Registration')).toBe(false)
  })
})

describe('the two routes', () => {
  const values = ['', 'x', '"', 'a.b.c', 'é', '"a";b=1', 'e30.e30.e30', '='.repeat(5000)]
  const cases = values.flatMap((proof) => values.map((id) => [proof, id] as const))

  it.each(routes)(
    'answer nothing but 200, 403 and 400, and no cache keeps it: %s',
    async (path) => {
      const site = bank()
      const owner = await boundBrowser(site)
      const allowed = path.endsWith('register') ? [400] : [200, 403]
      for (const [proof, id] of cases) {
        for (const visitor of [owner, deviceBrowser(site.app)]) {
          const headers = { 'Secure-Session-Response': proof, 'Sec-Secure-Session-Id': id }
          const response = await visitor.send(path, { method: 'POST', headers })
          expect(allowed).toContain(response.status)
          expect(response.headers.get('Cache-Control')).toBe('no-store')
          expect(response.headers.getSetCookie()).toEqual([])
        }
      }
      expect(await accountOf(owner)).toEqual(mary)
    },
  )

  it('answer 503 when the store is down, however the app handles errors', async () => {
    const { store, faults } = failing(memoryStore())
    const site = bank({ store })
    site.app.onError((_, c) => c.redirect('/sorry'))
    const owner = await boundBrowser(site)
    const [bond] = owner.bonds.values()
    const visitor = deviceBrowser(site.app, { isManual: true })
    const login = await visitor.post('/login')
    faults.isDown = true
    for (const response of [await owner.refresh(bond as never), await visitor.register(login)]) {
      expect(response.status).toBe(503)
      expect(response.headers.get('Cache-Control')).toBe('no-store')
    }
    expect(site.events.at(-1)).toMatchObject({ type: 'store-error', failed: true })
    faults.isDown = false
    pass(601)
    expect(await accountOf(owner)).toEqual(mary)
  })

  it('leave the owner logged in if a refresh failed, as soon as one succeeds', async () => {
    const { store, faults } = failing(memoryStore())
    const site = bank({ store })
    const owner = await boundBrowser(site)
    pass(616)
    faults.isDown = true
    await owner.get('/')
    faults.isDown = false
    // The browser says that it was skipped, and does not wait.
    const skipped = await owner.send('/write/n', {
      method: 'POST',
      headers: { 'Secure-Session-Skipped': 'server_error' },
    })
    expect(skipped.headers.getSetCookie()).toEqual([])
    expect(await accountOf(owner)).toEqual(mary)
  })

  it.each(routes)('leave other requests to the app: %s', async (path) => {
    const { app } = bank()
    const headers = { 'Sec-Secure-Session-Id': 'x' }
    expect((await app.request(path, { headers })).status).toBe(404)
    expect((await app.request(path, { method: 'POST' })).status).toBe(404)
    expect((await app.request('/free', { method: 'POST', headers })).status).toBe(200)
  })

  it('are answered before csrf() and whatever else follows session()', async () => {
    const guard = csrf({ token: false, onRefuse: () => undefined })
    const site = bank({}, guard)
    const owner = deviceBrowser(site.app)
    await owner.post('/login', {}, { headers: { 'Sec-Fetch-Site': 'same-origin' } })
    pass(601)
    expect(await accountOf(owner)).toEqual(mary)
    expect(owner.answers).toEqual(['register 200', 'refresh 403', 'refresh 200'])
  })

  it('bind nothing where csrf() is mounted before session(), and nobody is locked out', async () => {
    const app = new Hono().use(csrf({ token: false, onRefuse: () => undefined }))
    app.route('/', bank().app)
    const owner = deviceBrowser(app)
    await owner.post('/login', {}, { headers: { 'Sec-Fetch-Site': 'same-origin' } })
    expect(owner.answers).toEqual(['register 403'])
    pass(601)
    expect(await accountOf(owner)).toEqual({ ...mary, device: 'unbound' })
  })
})
