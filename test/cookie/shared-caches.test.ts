import { type Context, Hono } from 'hono'
import { cache } from 'hono/cache'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, it } from 'vitest'
import { CookieTooLargeError, csrfToken, type Session, session } from '../../src/session/index.ts'
import { browser } from '../../src/session/testing.ts'
import { secret } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

/** The headers after a handler that answers with these headers and reads or writes the session. */
async function respond(headers: Record<string, string>, act: 'reads' | 'writes') {
  const visitor = createVisitor()
  await visitor.visit((session) => {
    if (act === 'writes') session.set('a', 1)
    return new Response('page', { headers })
  })
  expect(visitor.sent).toHaveLength(act === 'writes' ? 1 : 0)
  return visitor.response.headers
}

describe('the response of a handler that opened the session', () => {
  it.each<[string, (session: Session) => unknown]>([
    ['nothing at all', () => undefined],
    ['new', (session) => session.new],
    ['created', (session) => session.created],
    ['get()', (session) => session.get('a')],
    ['has()', (session) => session.has('a')],
    ['keys()', (session) => session.keys()],
    ['size', (session) => session.size],
    ['peekFlash()', (session) => session.peekFlash()],
    ['popFlash()', (session) => session.popFlash()],
    ['set()', (session) => session.set('a', 1)],
    ['invalidate()', (session) => session.invalidate()],
    ['csrfToken()', (session) => csrfToken(session)],
  ])('is kept out of shared caches after %s', async (_, use) => {
    const visitor = createVisitor()
    await visitor.visit(use)
    expect(visitor.response.headers.get('Vary')).toBe('Cookie')
    expect(visitor.response.headers.get('Cache-Control')).toBe('private, no-store')
  })

  it.each([
    ['Accept-Encoding', 'Accept-Encoding, Cookie'],
    ['Accept-Encoding, Origin', 'Accept-Encoding, Origin, Cookie'],
    ['Cookie', 'Cookie'],
    ['cookie', 'cookie'],
    ['Origin,COOKIE ,Accept', 'Origin,COOKIE ,Accept'],
    ['X-Cookie', 'X-Cookie, Cookie'],
    ['Cookie-Consent', 'Cookie-Consent, Cookie'],
    ['*', '*'],
  ])('adds Cookie to "Vary: %s" unless it is there', async (given, vary) => {
    const headers = await respond({ Vary: given }, 'reads')
    expect(headers.get('Vary')).toBe(vary)
  })

  it.each(['public, max-age=60', 's-maxage=60', 'private, max-age=60', 'no-cache', 'no-store'])(
    'leaves "Cache-Control: %s" if it sets no cookie',
    async (given) => {
      const headers = await respond({ 'Cache-Control': given }, 'reads')
      expect(headers.get('Cache-Control')).toBe(given)
      expect(headers.get('Vary')).toBe('Cookie')
    },
  )

  it.each([
    'public, max-age=60',
    'PUBLIC',
    's-maxage=60',
    'max-age=60',
    'no-cache',
    'must-revalidate',
    'private="Set-Cookie"',
    'private="X-Other", max-age=60',
    'max-age=60, ext="private"',
    'ext="a, no-store, b"',
    'x-private',
    '',
  ])('replaces "Cache-Control: %s" if it sets a cookie', async (given) => {
    const headers = await respond({ 'Cache-Control': given }, 'writes')
    expect(headers.get('Cache-Control')).toBe('private, no-store')
  })

  it.each([
    'private',
    'Private, max-age=60',
    'max-age=60,private',
    's-maxage=60 , private , max-age=60',
    'no-store',
    'no-cache, NO-STORE',
  ])('leaves "Cache-Control: %s" if it sets a cookie', async (given) => {
    const headers = await respond({ 'Cache-Control': given }, 'writes')
    expect(headers.get('Cache-Control')).toBe(given)
  })

  it.each([
    'CDN-Cache-Control',
    'Cloudflare-CDN-Cache-Control',
    'Netlify-CDN-Cache-Control',
    'Vercel-CDN-Cache-Control',
    'Surrogate-Control',
  ])('drops "%s", which caches prefer, only if it sets a cookie', async (name) => {
    const given = { [name]: 'max-age=60' }
    expect((await respond(given, 'writes')).has(name)).toBe(false)
    expect((await respond(given, 'reads')).get(name)).toBe('max-age=60')
  })

  it('treats a removed cookie like one that is set', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => session.set('a', 1))
    await visitor.visit((session) => {
      session.clear()
      return new Response('page', { headers: { 'Cache-Control': 'public, max-age=60' } })
    })
    expect(visitor.response.headers.get('Cache-Control')).toBe('private, no-store')
  })
})

describe('an error response of a handler that opened the session', () => {
  const shared = { 'Cache-Control': 'public, max-age=60', 'CDN-Cache-Control': 'max-age=60' }
  const app = new Hono()
    .use(session({ secret }))
    .use(async (c, next) => {
      const session = await c.var.session()
      session.set('a', 1)
      await next()
    })
    .get('/error', () => {
      throw new Error('broken')
    })
    .get('/exception', () => {
      throw new HTTPException(403, { res: new Response('no', { status: 403, headers: shared }) })
    })
    .get('/returned', (c) => c.text('gone', 410, shared))
    .get('/too-large', async (c) => {
      const session = await c.var.session()
      session.set('a', 'x'.repeat(5000))
      return c.text('page', 200, shared)
    })
  app.onError((error, c) => {
    if (error instanceof CookieTooLargeError) return c.text('too large', 500)
    return error instanceof HTTPException ? error.getResponse() : c.text('failed', 500, shared)
  })

  it.each([
    ['/error', 500],
    ['/exception', 403],
    ['/returned', 410],
    ['/nowhere', 404],
    ['/too-large', 500],
  ])('is kept out of shared caches: %s', async (path, status) => {
    const { headers, status: answered } = await app.request(path)
    expect(answered).toBe(status)
    expect(headers.get('Vary')).toBe('Cookie')
    expect(headers.get('Cache-Control')).toBe('private, no-store')
    expect(headers.has('CDN-Cache-Control')).toBe(false)
  })
})

describe("Hono's cache() between session() and the handler", () => {
  it("stores no visitor's page, nor one that a guard let through", async () => {
    const app = new Hono()
      .use(session<{ user: string }>({ secret }))
      .get('/login/:user', async (c) => {
        const session = await c.var.session()
        session.set('user', c.req.param('user'))
        return c.text('in')
      })
      .get(
        '/me',
        cache({ cacheName: crypto.randomUUID(), cacheControl: 'max-age=60', wait: true }),
        async (c) => {
          const session = await c.var.session()
          return c.html(`<p>${session.get('user')}</p>`)
        },
      )
      .get(
        '/public',
        cache({ cacheName: crypto.randomUUID(), cacheControl: 'max-age=60', wait: true }),
        (c) => c.text(`${Math.random()}`),
      )
    const visit = async (user: string) => {
      const visitor = browser({
        request: (path, init) => app.request(`https://cache.example${path}`, init),
      })
      await visitor.get(`/login/${user}`)
      return [await (await visitor.get('/me')).text(), await (await visitor.get('/public')).text()]
    }
    const [mary, once] = await visit('mary')
    const [bob, again] = await visit('bob')
    expect([mary, bob]).toEqual(['<p>mary</p>', '<p>bob</p>'])
    if (typeof caches !== 'undefined') expect(again).toBe(once) // it does cache
  })
})

describe('a caching header', () => {
  it('that is set before the session is opened gives way', async () => {
    const app = new Hono()
      .use(session({ secret }))
      .use(async (c, next) => {
        c.header('Cache-Control', 'public, max-age=60')
        c.header('CDN-Cache-Control', 'max-age=60')
        await next()
      })
      .get('/', async (c) => {
        const session = await c.var.session()
        return c.text(`${session.new}`)
      })
    const { headers } = await app.request('/')
    expect(headers.get('Cache-Control')).toBe('private, no-store')
    expect(headers.get('CDN-Cache-Control')).toBeNull()
  })

  it('that is set after it was opened stands, unless a cookie is set', async () => {
    const app = new Hono().use(session<{ n: number }>({ secret })).get('/:act', async (c) => {
      const session = await c.var.session()
      if (c.req.param('act') === 'write') session.set('n', 1)
      c.header('Cache-Control', 'public, max-age=60')
      return c.text('page')
    })
    expect((await app.request('/read')).headers.get('Cache-Control')).toBe('public, max-age=60')
    expect((await app.request('/write')).headers.get('Cache-Control')).toBe('private, no-store')
  })

  it.each<[string, (c: Context) => Response]>([
    ['by c.text()', (c) => c.text('page', 200, { 'Cache-Control': 'public, max-age=60' })],
    [
      'by new Response()',
      () =>
        new Response('page', { headers: { 'Cache-Control': 'public', 'Surrogate-Control': 'x' } }),
    ],
    ['by a handler that says private', (c) => c.text('page', 200, { 'Cache-Control': 'private' })],
  ])(
    'that a handler sets gives way to a middleware that opens the session afterward: %s',
    async (_, answer) => {
      const app = new Hono()
        .use(session({ secret }))
        .use(async (c, next) => {
          await next()
          const session = await c.var.session()
          c.res.headers.set('X-User', `${session.get('user')}`)
        })
        .get('/', (c) => answer(c))
      const { headers } = await app.request('/')
      expect(headers.get('X-User')).toBe('undefined')
      expect(headers.get('Cache-Control')).toBe('private, no-store')
      expect(headers.get('Surrogate-Control')).toBeNull()
      expect(headers.get('Vary')).toBe('Cookie')
    },
  )

  it('that is set between the openings of two sessions gives way to the second', async () => {
    const app = new Hono()
      .use(session({ secret }))
      .use(
        session<object, Record<string, string>, 'admin'>({
          secret,
          as: 'admin',
          cookie: { name: 'admin' },
        }),
      )
      .get('/', async (c) => {
        await c.var.session()
        c.header('Cache-Control', 'public, max-age=60')
        c.header('CDN-Cache-Control', 'max-age=60')
        await c.var.admin()
        return c.text('page')
      })
    const { headers } = await app.request('/')
    expect(headers.get('Cache-Control')).toBe('private, no-store')
    expect(headers.get('CDN-Cache-Control')).toBeNull()
    expect(headers.get('Vary')).toBe('Cookie')
  })
})

describe('an error page that shows the session', () => {
  const own = (text: string) => new Response(text, { status: 500 })

  it.each<[string, (text: string, c: Context) => Response]>([
    ['c.text()', (text, c) => c.text(text, 500)],
    ['its own Response', own],
  ])('is private, whatever the handler said of its page: by %s', async (_, answer) => {
    const app = new Hono().use(session<{ user: string }>({ secret })).get('/', async (c) => {
      await c.var.session()
      c.header('Cache-Control', 'public, max-age=60')
      c.header('CDN-Cache-Control', 'max-age=60')
      throw new Error('broken')
    })
    app.onError(async (_, c) => {
      const session: Session = await c.var.session()
      return answer(`of ${session.get('user')}`, c)
    })
    const { headers } = await app.request('/')
    expect(headers.get('Cache-Control')).toBe('private, no-store')
    expect(headers.get('CDN-Cache-Control')).toBeNull()
    expect(headers.get('Vary')).toMatch(/Cookie/)
  })

  it.each<[string, boolean, (text: string, c: Context) => Response]>([
    ['opened by the handler, c.text()', true, (text, c) => c.text(text, 500)],
    ['opened by the handler, its own Response', true, own],
    ['opened by the page, c.text()', false, (text, c) => c.text(text, 500)],
    ['opened by the page, its own Response', false, own],
  ])('is private if the error was thrown outside of session(): %s', async (_, opens, answer) => {
    const app = new Hono()
      .use(async (_, next) => {
        await next()
        throw new Error('broken')
      })
      .use(session<{ user: string }>({ secret }))
      .get('/', async (c) => {
        if (opens) await c.var.session()
        return c.text('page', 200, { 'Cache-Control': 'public, max-age=60' })
      })
    app.onError(async (_, c) => {
      const session: Session = await c.var.session()
      return answer(`of ${session.get('user')}`, c)
    })
    const response = await app.request('/')
    expect(await response.text()).toBe('of undefined')
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
    expect(response.headers.get('Vary')).toMatch(/Cookie/)
  })
})
