import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { cache } from 'hono/cache'
import { describe, expect, it } from 'vitest'
import { createApp } from '../../src/app/app.tsx'
import { csrfToken, session } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { browser } from '../../src/session/testing.ts'
import { watched } from '../kit/stores.ts'
import { cookieName, secret } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'
import { visitSite } from '../kit/workers/site.ts'

interface Data {
  user: string
  n: number
}

/** An app whose sessions are in a store that counts its calls. */
function shop() {
  const store = watched(memoryStore())
  const app = new Hono()
    .use(session<Data>({ secret, store }))
    .get('/login', async (c) => {
      const session = await c.var.session()
      session.set('user', 'mary')
      session.flash('Welcome.')
      return c.text(session.id ?? '')
    })
    .get('/', async (c) => {
      const session = await c.var.session()
      return c.json([session.get('user') ?? null, session.popFlash()])
    })
    .get('/cached', async (c) => {
      const session = await c.var.session()
      session.update('n', (n = 0) => n + 1)
      return c.text(`of ${session.get('user')}`, 200, { 'Cache-Control': 'public, max-age=60' })
    })
    .get('/form', async (c) => c.text(csrfToken(await c.var.session())))
    .get('/free', (c) => c.text('free', 200, { 'Cache-Control': 'public, max-age=60' }))
    .get('/socket', async (c) => {
      const session = await c.var.session()
      session.update('n', (n = 0) => n + 1)
      const [client] = Object.values(new WebSocketPair())
      return new Response(null, { status: 101, webSocket: client as WebSocket })
    })
    .post('/post', async (c) => c.text(String((await c.var.session()).get('user'))))
  /** A visitor who is logged in, on whose requests the store is asked so. */
  async function known() {
    const visitor = browser(app)
    const id = await (await visitor.get('/login')).text()
    const cookie = visitor.cookies.get(cookieName) ?? ''
    store.calls.length = 0
    return { visitor, id, cookie, asked: () => store.calls.splice(0).map(([name]) => name) }
  }
  return { app, known }
}

describe('what a request may cost the store', () => {
  it.each<[string, string, number, string[]]>([
    ['OPTIONS', '/', 404, []],
    ['OPTIONS', '/cached', 404, []],
    ['TRACE', '/', 404, []],
    ['GET', '/nowhere', 404, []],
    ['POST', '/nowhere', 404, []],
    ['GET', '/free', 200, []],
    ['HEAD', '/', 200, ['get']],
    ['GET', '/socket', 101, ['get']],
  ])('%s %s: answers %i and asks for %j', async (method, path, status, calls) => {
    const { app, known } = shop()
    const { visitor, cookie, asked } = await known()
    const request = new Request(`http://localhost${path}`, {
      headers: { Cookie: `${cookieName}=${cookie}` },
    })
    Object.defineProperty(request, 'method', { value: method })
    const response = await app.fetch(request)
    expect(response.status).toBe(status)
    expect(response.headers.getSetCookie()).toEqual([])
    expect(asked()).toEqual(calls)
    expect(await (await visitor.get('/')).json()).toEqual(['mary', ['Welcome.']])
  })

  it('is nothing for a flood of visitors who come without a cookie', async () => {
    const { app, known } = shop()
    const { asked } = await known()
    for (let i = 0; i < 100; i++) {
      const response = await app.request('/')
      expect(response.headers.getSetCookie()).toEqual([])
    }
    expect(asked()).toEqual([])
  })
})

describe('an id that comes in another way than in its cookie', () => {
  const ways: [string, (value: string) => [string, RequestInit]][] = [
    ['in the query', (value) => [`/?${cookieName}=${value}&session=${value}&sid=${value}`, {}]],
    ['in the path', (value) => [`/;${cookieName}=${value}`, {}]],
    ['in X-Session', (value) => ['/', { headers: { 'X-Session': value, 'X-Session-Id': value } }]],
    ['in a header of its name', (value) => ['/', { headers: { [cookieName]: value } }]],
    ['in Authorization', (value) => ['/', { headers: { Authorization: `Bearer ${value}` } }]],
    ['in Set-Cookie', (value) => ['/', { headers: { 'Set-Cookie': `${cookieName}=${value}` } }]],
    ['in Cookie2', (value) => ['/', { headers: { Cookie2: `${cookieName}=${value}` } }]],
    [
      'in a form',
      (value) => {
        const body = new URLSearchParams({ [cookieName]: value, session: value })
        return ['/post', { method: 'POST', body }]
      },
    ],
  ]

  it.each(ways)('is not looked at: %s', async (_, way) => {
    const { app, known } = shop()
    const { id, cookie, asked } = await known()
    for (const value of [cookie, id]) {
      const response = await app.request(...way(value))
      expect(await response.text()).not.toContain('mary')
      expect(response.headers.getSetCookie()).toEqual([])
    }
    expect(asked()).toEqual([])
    const honoured = await app.request('/', { headers: { Cookie: `${cookieName}=${cookie}` } })
    expect(await honoured.text()).toContain('mary')
  })
})

describe('a cache that is shared and does not look at Vary', () => {
  const url = (path: string) => `https://cache.example${path}?${crypto.randomUUID()}`

  /** Puts a response into the cache of the runtime, and tells what another visitor finds there. */
  async function found(response: Response): Promise<string | undefined> {
    const key = url('/')
    await caches.default.put(key, response).catch(() => undefined) // it refuses some
    return (await caches.default.match(key))?.text()
  }

  it.each(['/', '/form', '/login', '/nowhere-with-a-session'])(
    'keeps nothing of a page that used a session: %s',
    async (path) => {
      const { app, known } = shop()
      app.get('/nowhere-with-a-session', async (c) => {
        await c.var.session()
        return c.notFound()
      })
      const { visitor } = await known()
      expect(await found(await visitor.get(path))).toBeUndefined()
    },
  )

  it('keeps nothing of a page that sets the cookie, though its handler calls it public', async () => {
    const visitor = createVisitor<Data>()
    await visitor.visit((session) => {
      session.set('user', 'mary')
      return new Response('of mary', { headers: { 'Cache-Control': 'public, max-age=60' } })
    })
    expect(visitor.sent).toHaveLength(1)
    const without = new Response(visitor.response.body, visitor.response)
    without.headers.delete('Set-Cookie') // as caches do that would keep the page
    expect(await found(without)).toBeUndefined()
  })

  it('keeps nothing where it is a middleware around the session', async () => {
    const app = new Hono()
      .use(cache({ cacheName: 'pages', cacheControl: 'max-age=60', wait: true }))
      .use(session<Data>({ secret, store: memoryStore() }))
      .get('/login/:user', async (c) => {
        const session = await c.var.session()
        session.set('user', c.req.param('user'))
        return c.text('')
      })
      .get('/', async (c) => c.text((await c.var.session()).get('user') ?? 'nobody'))
      .get('/free', (c) => c.text(`free ${crypto.randomUUID()}`))
    const request = (path: string, init?: RequestInit) =>
      app.fetch(new Request(`https://shop.example${path}`, init), {}, createExecutionContext())
    const [mary, john, nobody] = [browser({ request }), browser({ request }), browser({ request })]
    const read = async (visitor: typeof mary, path = '/') => (await visitor.get(path)).text()
    await mary.get('/login/mary')
    await john.get('/login/john')
    expect(await read(mary)).toBe('mary')
    expect(await read(john)).toBe('john')
    expect(await read(nobody)).toBe('nobody')
    const free = await read(mary, '/free')
    expect(free).toMatch(/^free /)
    expect(await read(john, '/free')).toBe(free) // so it does cache
  })

  it('keeps a page that did not', async () => {
    const { visitor } = await shop().known()
    expect(await found(await visitor.get('/free'))).toBe('free')
  })

  it.each(['/', '/howdy', '/cart', '/session'])('keeps nothing of the site: %s', async (path) => {
    const { count, get } = visitSite()
    await count('/')
    expect(await found(await get(path))).toBeUndefined()
  })

  // Caches that go by the ending of an address would keep it.
  it.each([
    '/cart/x.css',
    '/cart.css',
    '/cart;x.css',
    '/cart%2fx.css',
    '/session/style.css',
    '/.css',
  ])('finds no page under an address that looks like a file: %s', async (path) => {
    const { submit, get } = visitSite()
    await submit('/cart', '/cart', { item: 'private tea' })
    const response = await get(path)
    expect(response.status).toBe(404)
    expect(await response.text()).not.toContain('private tea')
    expect(response.headers.getSetCookie()).toEqual([])
  })
})

describe('visitors of the site who come at once', () => {
  it('never see anything of each other', async () => {
    const app = createApp()
    const visitors = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const site = visitSite(app)
        await site.submit('/cart', '/cart', { item: `item-of-${i}.` })
        return site
      }),
    )
    for (let round = 1; round <= 10; round++) {
      const pages = await Promise.all(
        visitors.flatMap((site) => [site.read('/cart'), site.read('/session')]),
      )
      for (const [i, page] of pages.entries()) {
        const seen = new Set(page.match(/item-of-\d+\./g))
        expect([...seen]).toEqual([`item-of-${Math.floor(i / 2)}.`])
      }
      expect(await Promise.all(visitors.map(({ count }) => count('/')))).toEqual(
        visitors.map(() => round),
      )
    }
  })
})

/** Requests for each kind of answer that the site has. */
const answers: [number, string, RequestInit, object?][] = [
  [200, '/', {}],
  [200, '/cart', {}],
  [200, '/session', {}],
  [303, '/cart', { method: 'POST' }],
  [403, '/cart', { method: 'POST', headers: { 'X-CSRF-Token': 'wrong' } }],
  [404, '/nowhere', {}],
  [405, '/cart/remove', {}],
  [500, '/', {}, { SESSION_SECRET: '' }],
  [503, '/cart', {}, { SESSION_STORE: 'kv', SESSIONS_KV: {} }],
]

/** Sends such a request, with these headers more and a good token where a form is sent. */
async function ask(
  [, path, init, bindings]: (typeof answers)[number],
  more: Record<string, string> = {},
  query = '',
): Promise<Response> {
  const site = visitSite(createApp(), { ...env, ...bindings })
  const token = init.method ? await site.token('/cart') : ''
  const headers = { ...more, ...(token && { 'X-CSRF-Token': token }), ...init.headers }
  return site.request(path + query, { ...init, headers })
}

describe.each(answers)('an answer %i of the site, to %s', (...answer) => {
  const [status, path] = answer
  const error = console.error
  const quietly = async <T>(call: () => Promise<T>): Promise<T> => {
    console.error = () => undefined
    return call().finally(() => {
      console.error = error
    })
  }

  it('tells browsers to run, frame and embed nothing', async () => {
    const { headers, status: answered } = await quietly(() => ask(answer))
    expect(answered).toBe(status)
    const policy = headers.get('Content-Security-Policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("base-uri 'none'")
    expect(policy).toContain("form-action 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|script-src|https?:|\*/)
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'strict-origin-when-cross-origin',
      'strict-transport-security': 'max-age=63072000; includeSubDomains',
    })
    for (const name of ['Server', 'X-Powered-By', 'Via']) expect(headers.get(name)).toBeNull()
  })

  it('lets no other origin read it', async () => {
    for (const origin of ['https://evil.example', 'null', 'http://localhost:1']) {
      const { headers } = await quietly(() => ask(answer, { Origin: origin }))
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    }
  })

  it('leads nowhere else, whatever the request says', async () => {
    const evil = [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      '/\t/evil.example',
      'javascript:alert(1)',
      '/x\r\nLocation: https://evil.example',
    ]
    for (const text of evil) {
      const to = encodeURIComponent(text)
      const query = `?next=${to}&return_to=${to}&redirect=${to}&url=${to}&to=${to}`
      const headers = {
        Referer: 'https://evil.example/',
        'X-Forwarded-Host': 'evil.example',
        'X-Forwarded-Prefix': '//evil.example',
        'X-Original-URL': '//evil.example',
        'X-Rewrite-URL': '//evil.example',
        Forwarded: 'host=evil.example',
      }
      const response = await quietly(() => ask(answer, headers, query))
      expect(response.status).toBe(status)
      expect(response.headers.get('Location')).toBe(status === 303 ? path : null)
      expect(response.headers.get('Refresh')).toBeNull()
      expect(JSON.stringify([...response.headers])).not.toContain('evil')
      expect(await response.text()).not.toContain('evil')
    }
  })

  it('gives back nothing that was sent, but what is escaped', async () => {
    const markup = '<script>alert(1)</script>'
    const query = `?${encodeURIComponent(markup)}=${encodeURIComponent(markup)}`
    const headers = { 'User-Agent': markup, Referer: `https://x/${markup}`, 'X-Any': markup }
    const response = await quietly(() => ask(answer, headers, query))
    expect(JSON.stringify([...response.headers])).not.toContain('alert')
    expect(await response.text()).not.toMatch(/<script|alert/)
  })

  it('names no file, no line, no library and no cause', async () => {
    const page = await (await quietly(() => ask(answer))).text()
    const text = page.replace(/<details class="code">.*?<\/details>/s, '') // shown on purpose
    expect(text).not.toMatch(/\.tsx?\b|\bat \S+ \(|node_modules|Error:|undefined|SESSION_SECRET/i)
  })
})
