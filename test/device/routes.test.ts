import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { deviceBinding } from '../../src/session/device.ts'
import { csrf, csrfToken, type Store, session } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { boundBrowser, pass } from '../contracts/device.ts'
import { accountOf, bank, mary, nobody, shownTo } from '../kit/bank.ts'
import { deviceBrowser, makeKey, prove } from '../kit/device.ts'
import { cookieName, otherSecret, secret } from '../kit/tokens.ts'

const boundName = `${cookieName}-device`
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

  it('is nothing where a session gets no new identity', async () => {
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

  it('answer 503 when the store is down, whatever the app makes of errors', async () => {
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

  it.each(routes)('are the app’s own for other requests: %s', async (path) => {
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

describe('a bound session', () => {
  it('survives the rotation of a secret, and ends without the old one', async () => {
    const store = memoryStore()
    const owner = await boundBrowser(bank({ store, secret: otherSecret }))
    const jar = new Map(owner.cookies)
    const [bond] = owner.bonds.values()
    const rotated = bank({ store, secret: [secret, otherSecret] })
    pass(16)
    expect(await shownTo(rotated, jar)).toEqual(mary)
    const visitor = deviceBrowser(rotated.app)
    for (const [name, value] of jar) visitor.cookies.set(name, value)
    expect((await visitor.refresh(bond as never)).status).toBe(200)
    expect(await accountOf(visitor)).toEqual(mary)
    const after = deviceBrowser(bank({ store }).app)
    expect(await (await after.refresh(bond as never)).json()).toMatchObject({ continue: false })
  })

  it('is renewed as long as a remembered session lives', async () => {
    const day = 86_400
    const limits = { remember: { timeout: 30 * day, lifetime: 90 * day } }
    const owner = await boundBrowser(bank(limits))
    await owner.post('/login?remember=1')
    for (let days = 0; days < 80; days += 20) {
      pass(20 * day)
      expect(await accountOf(owner)).toEqual(mary)
    }
    pass(20 * day)
    expect(await accountOf(owner)).toEqual(nobody)
    expect(owner.bonds.size).toBe(0)
  })

  it('keeps its data out of the sight of handlers', async () => {
    const owner = await boundBrowser(bank())
    expect(await accountOf(owner)).toEqual(mary)
  })

  it('lets the visitor log in again, through csrf(), if the browser has lost its key', async () => {
    const app = new Hono()
      .use(session({ secret, store: memoryStore(), device: deviceBinding() }))
      .use(csrf({ onRefuse: () => undefined }))
      .get('/', async (c) => c.text((await c.var.session()).get('user') ? 'in' : 'out'))
      .get('/form', async (c) => c.text(csrfToken(await c.var.session())))
      .post('/login', async (c) => {
        const session = await c.var.session()
        session.regenerate()
        session.set('user', 'mary')
        return c.text('welcome')
      })
    const visitor = deviceBrowser(app)
    const login = async () => {
      const headers = {
        'Sec-Fetch-Site': 'same-origin',
        'X-CSRF-Token': await (await visitor.get('/form')).text(),
      }
      return (await visitor.post('/login', {}, { headers })).status
    }
    expect(await login()).toBe(200)
    visitor.bonds.clear()
    pass(616)
    expect(await (await visitor.get('/')).text()).toBe('out')
    expect(await login()).toBe(200)
    expect(await (await visitor.get('/')).text()).toBe('in')
    expect(visitor.bonds.size).toBe(1)
  })

  it('is healed where a late response has overwritten the key in its cookie', async () => {
    const site = bank()
    const owner = deviceBrowser(site.app, { isManual: true })
    const login = await owner.post('/login')
    const unbound = owner.cookies.get(cookieName) ?? ''
    await owner.register(login)
    owner.cookies.set(cookieName, unbound)
    expect(await accountOf(owner)).toEqual(mary)
    expect(owner.cookies.get(cookieName)).not.toBe(unbound)
    pass(16)
    const stolen: [string, string] = [cookieName, owner.cookies.get(cookieName) ?? '']
    expect(await shownTo(site, [stolen])).toEqual(nobody)
    expect(await accountOf(owner)).toEqual(mary)
  })

  it('is healed by a refresh as well', async () => {
    const site = bank()
    const owner = deviceBrowser(site.app, { isManual: true })
    const login = await owner.post('/login')
    const unbound = owner.cookies.get(cookieName) ?? ''
    await owner.register(login)
    const [bond] = owner.bonds.values()
    pass(601)
    owner.cookies.set(cookieName, unbound)
    expect((await owner.refresh(bond as never)).status).toBe(200)
    expect(owner.cookies.get(cookieName)).not.toBe(unbound)
    expect(await accountOf(owner)).toEqual(mary)
  })

  it('may come without the bound cookie for 15 seconds after it was bound', async () => {
    const site = bank()
    const owner = await boundBrowser(site)
    const early: [string, string] = [cookieName, owner.cookies.get(cookieName) ?? '']
    pass(14)
    expect(await shownTo(site, [early])).toEqual(mary)
    pass(2)
    expect(await shownTo(site, [early])).toEqual(nobody)
  })

  it('is a session like any other where the option is gone', async () => {
    const store = memoryStore()
    const owner = await boundBrowser(bank({ store }))
    pass(616)
    const { app } = bank({ store, device: undefined } as object)
    const session: [string, string] = [cookieName, owner.cookies.get(cookieName) ?? '']
    expect(await shownTo({ app }, [session])).toEqual({ ...mary, device: null })
  })

  it('sends no bound cookie beside a page', async () => {
    const owner = await boundBrowser(bank())
    const page = await owner.get('/')
    expect(page.headers.getSetCookie().filter((line) => line.startsWith(boundName))).toEqual([])
  })
})
