import { Hono } from 'hono'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { pyramidCodec } from '../src/session/codecs/pyramid.ts'
import { deviceBinding } from '../src/session/device.ts'
import { csrfToken, type SessionOptions, session } from '../src/session/index.ts'
import { inspector } from '../src/session/inspector.tsx'
import { memoryStore } from '../src/session/stores/memory.ts'
import { browser } from '../src/session/testing.ts'
import { deviceBrowser } from './kit/device/device.ts'
import { secret } from './kit/tokens.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

const formats: [string, () => SessionOptions][] = [
  ['a signed cookie', () => ({ secret })],
  ['a sealed cookie', () => ({ secret, encrypt: true })],
  ["a cookie of Pyramid's", () => ({ codec: pyramidCodec({ secret: 'seekrit' }) })],
  ['a store', () => ({ secret, store: memoryStore() })],
  ['a store, under a sealed id', () => ({ secret, encrypt: true, store: memoryStore() })],
]

/** An app with an inspector, and somebody who has put something into the session. */
async function visited(options: SessionOptions) {
  const app = new Hono()
    .use(session(options))
    .get('/fill', async (c) => {
      const session = await c.var.session()
      session.set('cart', ['tea & milk'])
      session.flash('Welcome back.')
      return c.text(csrfToken(session))
    })
    .get('/end', async (c) => {
      const session = await c.var.session()
      session.invalidate()
      return c.text('')
    })
    .get('/messages', async (c) => c.json((await c.var.session()).popFlash()))
    .route('/_session', inspector())
  const visitor = browser(app)
  await visitor.get('/fill')
  return { app, visitor, read: async () => (await visitor.get('/_session')).text() }
}

describe.each(formats)('the inspector of %s', (_, options) => {
  it('shows data and flash messages, and changes nothing', async () => {
    const { visitor, read } = await visited(options())
    const page = await read()
    expect(visitor.setCookies).toEqual([])
    expect(page).toContain('tea &amp; milk')
    expect(page).toContain('Welcome back.')
    expect(page).toContain('Nothing changed, so nothing is written and no cookie is sent.')
    expect(await (await visitor.get('/messages')).json()).toEqual(['Welcome back.'])
  })

  it('shows no key: neither the token, nor the signature, nor the CSRF token', async () => {
    const { visitor, read } = await visited(options())
    const page = await read()
    const token = [...visitor.cookies.values()].join('')
    for (const piece of token.match(/[\w-]{24}$/) ?? []) expect(page).not.toContain(piece)
    expect(page).toContain('(hidden)')
    expect(page).not.toMatch(/_csrft_(&quot;|"):(&quot;|")[\w-]{24}/)
  })

  it('accounts for every byte of the cookie that was sent', async () => {
    const { visitor, read } = await visited(options())
    const [[name = '', token = ''] = []] = visitor.cookies
    const page = await read()
    expect(page).toContain(`<strong>${name.length + token.length}</strong> of 4,096 bytes`)
    const amounts = [...page.matchAll(/<span class="amount">(\d+) bytes?</g)]
    const sum = amounts.reduce((total, [, bytes]) => total + Number(bytes), 0)
    expect(sum).toBe(name.length + token.length)
  })

  it('works for a first visit, a forged cookie and one whose session was ended', async () => {
    const { app, visitor, read } = await visited(options())
    expect(await (await app.request('/_session')).text()).toContain('This is your first visit')
    const [[name = '', token = ''] = []] = visitor.cookies
    const forged = { headers: { Cookie: `${name}=${token.slice(0, -6)}AAAAAA` } }
    const answer = await app.request('/_session', forged)
    expect(await answer.text()).toContain('it was not honored')
    await browser(app).request('/end', { headers: { Cookie: `${name}=${token}` } })
    expect((await visitor.get('/_session')).status).toBe(200)
    expect(await read()).toContain('<h1>Session</h1>')
  })
})

describe('the inspector', () => {
  it('runs no script, and brings its own style sheet', async () => {
    const { visitor } = await visited({ secret })
    const { headers, status } = await visitor.get('/_session')
    expect(status).toBe(200)
    expect(headers.get('Content-Security-Policy')).toBe(
      "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
    const page = await (await visitor.get('/_session')).text()
    expect(page).not.toMatch(/<script|<style| style=| on\w+=/)
    const [, style = ''] = /<link rel="stylesheet" href="([^"]+)"/.exec(page) ?? []
    expect(style).toBe('/_session/style.css')
    const sheet = await visitor.get(style)
    expect(sheet.headers.get('Content-Type')).toBe('text/css; charset=utf-8')
    expect(await sheet.text()).toContain('.k-csrf')
  })

  it('draws the session of another name', async () => {
    const app = new Hono()
      .use(session({ secret, as: 'admin', cookie: { name: 'admin' } }))
      .route('/_session', inspector({ as: 'admin' }))
    expect(await (await app.request('/_session')).text()).toContain('__Host-admin')
  })

  it('answers on localhost only, unless configured otherwise', async () => {
    const errors: Error[] = []
    const app = (options = {}) =>
      new Hono()
        .onError((error, c) => {
          errors.push(error)
          return c.text('', 500)
        })
        .use(session({ secret }))
        .route('/_session', inspector(options))
    for (const host of ['localhost', '127.0.0.1:8787', '[::1]', 'app.localhost']) {
      expect((await app().request(`http://${host}/_session`)).status).toBe(200)
    }
    for (const host of ['shop.example', 'localhost.shop.example', '10.0.0.1']) {
      expect((await app().request(`https://${host}/_session`)).status).toBe(500)
      expect(errors.pop()).toBeInstanceOf(TypeError)
      expect((await app({ production: true }).request(`https://${host}/_session`)).status).toBe(200)
    }
  })

  it('is not mounted in production, unless configured otherwise', () => {
    vi.stubGlobal('process', { env: { NODE_ENV: 'production' } })
    expect(() => inspector()).toThrow(TypeError)
    expect(() => inspector()).toThrow('inspector(): it is for development.')
    expect(() => inspector({ production: true })).not.toThrow()
  })

  it('names the mistake if it is mounted wrongly', async () => {
    expect(() => inspector({ production: 'yes' as never })).toThrow('inspector(): production')
    expect(() => inspector({ color: 'blue' } as never)).toThrow('color is not an option')
    const app = new Hono().onError(({ message }, c) => c.text(message, 500))
    app.route('/_session', inspector())
    expect(await (await app.request('/_session')).text()).toBe(
      'inspector(): there is no c.var.session. Mount session() before it.',
    )
  })
})

describe('the inspector of a session that can be bound to a device', () => {
  it('says whether it is', async () => {
    const app = new Hono()
      .use(session({ secret, device: deviceBinding() }))
      .route('/_session', inspector())
      .post('/login', async (c) => {
        const session = await c.var.session()
        session.regenerate()
        session.set('user', 'mary')
        return c.text('in')
      })
    const visitor = deviceBrowser(app, { isManual: true })
    const login = await visitor.post('/login')
    expect(await (await visitor.get('/_session')).text()).toContain('not bound to a device')
    await visitor.register(login)
    expect(await (await visitor.get('/_session')).text()).toContain('>bound to this device<')
  })

  it('does not mention devices otherwise', async () => {
    const { read } = await visited({ secret })
    expect(await read()).not.toContain('<dt>Device<')
  })
})
