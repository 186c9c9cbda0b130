import { Hono } from 'hono'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { csrf, csrfToken, session } from '../../src/session/index.ts'
import { browser, readSession } from '../../src/session/testing.ts'
import { at, start } from '../kit/clock.ts'
import { cookieName, secret, sign } from '../kit/tokens.ts'

const year = 31_536_000

afterEach(() => {
  vi.useRealTimers()
})

interface Prefs {
  theme: string
  both: string
}

interface Login {
  user: string
  both: string
}

const prefsOptions = {
  secret,
  as: 'prefs',
  timeout: year,
  lifetime: null,
  cookie: { name: 'prefs', maxAge: year },
} as const

/** A shop with a long session for preferences beside a short one for the login. */
function shop() {
  const app = new Hono()
    .use(session<Prefs, Record<string, string>, 'prefs'>(prefsOptions))
    .use(session<Login>({ secret }))
    .post('/theme', async (c) => {
      const prefs = await c.var.prefs()
      prefs.set('theme', 'dark')
      prefs.flash('Dark now.')
      return c.redirect('/', 303)
    })
    .post('/login', async (c) => {
      const login = await c.var.session()
      login.set('user', 'Ada')
      login.flash('Welcome.')
      return c.redirect('/', 303)
    })
    .post('/both', async (c) => {
      const [prefs, login] = await Promise.all([c.var.prefs(), c.var.session()])
      prefs.set('both', 'prefs')
      login.set('both', 'login')
      return c.text(`${csrfToken(prefs)} ${csrfToken(login)}`)
    })
    .post('/logout', async (c) => {
      const login = await c.var.session()
      login.invalidate()
      return c.redirect('/', 303)
    })
    .get('/', async (c) => {
      const [prefs, login] = [await c.var.prefs(), await c.var.session()]
      return c.json({
        prefs: [Object.fromEntries(prefs.entries()), prefs.peekFlash()],
        login: [Object.fromEntries(login.entries()), login.peekFlash()],
      })
    })
    .get('/untouched', (c) => c.text('free'))
  return app
}

/** A browser that has used both sessions of the shop. */
async function shopper() {
  const visitor = browser(shop())
  await visitor.post('/theme')
  await visitor.post('/login')
  return visitor
}

describe('two sessions in one app', () => {
  it('have separate data and flash messages', async () => {
    const visitor = await shopper()
    expect(await (await visitor.get('/')).json()).toEqual({
      prefs: [{ theme: 'dark' }, ['Dark now.']],
      login: [{ user: 'Ada' }, ['Welcome.']],
    })
  })

  it('keep the same key apart', async () => {
    const visitor = browser(shop())
    await visitor.post('/both')
    expect(await (await visitor.get('/')).json()).toEqual({
      prefs: [{ both: 'prefs' }, []],
      login: [{ both: 'login' }, []],
    })
  })

  it('send one cookie each, with their own attributes', async () => {
    const visitor = browser(shop())
    await visitor.post('/both')
    expect(visitor.setCookies.map((line) => line.replace(/=[^;]*/, '=…')).sort()).toEqual([
      `__Host-prefs=…; Max-Age=${year}; Path=/; HttpOnly; Secure; SameSite=Lax`,
      '__Host-session=…; Path=/; HttpOnly; Secure; SameSite=Lax',
    ])
  })

  it('send only the cookie of the one that changed', async () => {
    const visitor = await shopper()
    const before = visitor.cookies.get('__Host-prefs')
    const response = await visitor.post('/login')
    expect(visitor.setCookies).toEqual([expect.stringMatching(/^__Host-session=/)])
    expect(await readSession(response, prefsOptions)).toBeUndefined()
    expect(visitor.cookies.get('__Host-prefs')).toBe(before)
  })

  it('cost nothing if neither is opened', async () => {
    const visitor = await shopper()
    const response = await visitor.get('/untouched')
    expect([...response.headers.keys()]).toEqual(['content-type'])
  })

  it('keep a response out of shared caches once, not twice', async () => {
    const { headers } = await (await shopper()).get('/')
    expect(headers.get('Vary')).toBe('Cookie')
    expect(headers.get('Cache-Control')).toBe('private, no-store')
  })

  it('end separately: a logout leaves the other alone', async () => {
    const visitor = await shopper()
    await visitor.post('/logout')
    expect(visitor.setCookies).toEqual([expect.stringMatching(/^__Host-session=; Max-Age=0;/)])
    expect([...visitor.cookies.keys()]).toEqual(['__Host-prefs'])
    expect(await (await visitor.get('/')).json()).toEqual({
      prefs: [{ theme: 'dark' }, ['Dark now.']],
      login: [{}, []],
    })
  })

  it('expire separately: preferences outlive a login by months', async () => {
    at(0)
    const visitor = await shopper()
    at(100 * 86_400)
    expect(await (await visitor.get('/')).json()).toEqual({
      prefs: [{ theme: 'dark' }, ['Dark now.']],
      login: [{}, []],
    })
    expect([...visitor.cookies.keys()]).toEqual(['__Host-prefs'])
  })

  it("refuse each other's tokens, even under the same secret", async () => {
    at(0)
    const visitor = browser(shop())
    visitor.cookies.set(
      cookieName,
      await sign([start, start, { user: 'root' }], secret, '__Host-prefs'),
    )
    visitor.cookies.set('__Host-prefs', await sign([start, start, { theme: 'dark' }]))
    expect(await (await visitor.get('/')).json()).toEqual({ prefs: [{}, []], login: [{}, []] })
  })

  it('have separate CSRF tokens: csrf({ as }) accepts only that of its session', async () => {
    const app = new Hono().use(csrf({ as: 'prefs' })).all('*', (c) => c.text('bought'))
    const guarded = new Hono()
      .use(session({ ...prefsOptions }))
      .use(session({ secret }))
      .route('/', app)
    const visitor = browser(shop())
    const [ofPrefs = '', ofLogin = ''] = (await (await visitor.post('/both')).text()).split(' ')
    const Cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ')
    const post = (token: string) =>
      guarded.request('/', { method: 'POST', headers: { Cookie, 'X-CSRF-Token': token } })
    expect((await post(ofPrefs)).status).toBe(200)
    expect((await post(ofLogin)).status).toBe(403)
    expect((await post('')).status).toBe(403)
  })
})
