import { type Context, Hono } from 'hono'
import { some } from 'hono/combine'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { csrf, csrfToken, type Session, SessionError, session } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { browser, sealSession } from '../../src/session/testing.ts'
import { at } from '../kit/clock.ts'
import { watched } from '../kit/stores.ts'
import { payloadOf, secret } from '../kit/tokens.ts'

interface Data {
  user: string
}

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('a response shared by all requests', () => {
  const types = ['text/plain;charset=UTF-8', 'text/plain; charset=UTF-8', 'text/plain', 'text/html']
  const statuses = [204, 205, 304, 401, 404, 500]

  it.each([
    ...statuses.flatMap((status) => [undefined, ...types].map((type) => ({ status, type }))),
    ...[undefined, ...types.slice(1)].map((type) => ({ status: 200, type })),
  ])("never carries another visitor's cookie: no body, $status, $type", async (given) => {
    const { status, type } = given
    const done = new Response(null, { status, ...(type && { headers: { 'Content-Type': type } }) })
    await expectUnchanged(done, 'POST', status)
  })

  it.each(types)("never carries another visitor's cookie: to HEAD, %s", async (type) => {
    await expectUnchanged(new Response('ok', { headers: { 'Content-Type': type } }), 'HEAD', 200)
  })

  it("never carries another visitor's cookie: as the answer to every error", async () => {
    const failed = new Response(null, {
      status: 500,
      headers: { 'Content-Type': 'text/plain;charset=UTF-8' },
    })
    const app = new Hono().use(session({ secret })).get('/:name', async (c) => {
      if (c.req.param('name') !== 'nobody') (await c.var.session()).set('user', c.req.param('name'))
      throw new Error('broken')
    })
    app.onError(() => failed)
    expect((await app.request('/alice')).headers.getSetCookie()).toHaveLength(1)
    expect((await app.request('/bob')).headers.getSetCookie()).toHaveLength(1)
    expect((await app.request('/nobody')).headers.getSetCookie()).toEqual([])
  })

  const marks = { 'Cache-Control': 'private, no-store', Vary: 'Cookie' }
  it.each<[string, () => Response]>([
    ['a string', () => new Response('ok')],
    [
      'a string with its type',
      () => new Response('ok', { headers: { 'Content-Type': 'text/plain' } }),
    ],
    ['bytes', () => new Response(new Uint8Array([1, 2]))],
    ['JSON', () => Response.json({ ok: true })],
    ['a stream', () => new Response(new Blob(['ok']).stream())],
    ['nothing, but marked as private', () => new Response(null, { headers: marks })],
    ['a string, marked as private', () => new Response('ok', { headers: marks })],
    ['an empty string, marked as private', () => new Response('', { headers: marks })],
    ['bytes, marked as private', () => new Response(new Uint8Array([1]), { headers: marks })],
    ['JSON, marked as private', () => Response.json({ ok: true }, { headers: marks })],
    [
      'a stream, marked as private',
      () => new Response(new Blob(['ok']).stream(), { headers: marks }),
    ],
    [
      'a form, marked as private',
      () => new Response(new URLSearchParams('a=1'), { headers: marks }),
    ],
  ])("never carries another visitor's cookie: with %s", async (_, make) => {
    const constant = make()
    const before = [...constant.headers]
    const app = new Hono()
      .use(session({ secret }))
      .get('/health', () => constant)
      .get('/login/:name', async (c) => {
        const session = await c.var.session()
        session.set('user', c.req.param('name'))
        return constant
      })
    const names = async (response: Response) =>
      response.headers.getSetCookie().map((line) => JSON.stringify(payloadOf(line.slice(15))))
    app.onError((_, c) => c.text('failed', 500))
    expect(await names(await app.request('/login/mary'))).toEqual([expect.stringContaining('mary')])
    expect([...constant.headers]).toEqual(before)
    expect((await app.request('/health', { method: 'HEAD' })).headers.getSetCookie()).toEqual([])
    // Its body is used up, if it has one. But no response is that of the first visitor.
    expect(`${await names(await app.request('/login/bob'))}`).not.toContain('mary')
    expect([...constant.headers]).toEqual(before)
  })

  it.each<[string, (c: Context) => Response | Promise<Response>]>([
    ['c.text()', (c) => c.text('ok')],
    ['c.html()', (c) => c.html('<p>ok</p>')],
    ['c.json()', (c) => c.json({ ok: true })],
    ['c.body() without one', (c) => c.body(null)],
    ['c.redirect()', (c) => c.redirect('/')],
    ['c.notFound()', (c) => c.notFound()],
  ])(
    "never carries another visitor's cookie: kept from the first request, by %s",
    async (_, make) => {
      let kept: Response | undefined
      const app = new Hono()
        .use(session({ secret }))
        .get('/health', () => kept as Response)
        .get('/login/:name', async (c) => {
          const session = await c.var.session()
          session.set('user', c.req.param('name'))
          kept ??= await make(c)
          return kept
        })
      app.onError((_, c) => c.text('failed', 500))
      expect((await app.request('/login/mary')).headers.getSetCookie()).toHaveLength(1)
      expect((await app.request('/health', { method: 'HEAD' })).headers.getSetCookie()).toEqual([])
      const second = await app.request('/login/bob')
      const names = second.headers
        .getSetCookie()
        .map((line) => JSON.stringify(payloadOf(line.slice(15))))
      expect(`${names}`).not.toContain('mary')
    },
  )

  async function expectUnchanged(constant: Response, method: string, status: number) {
    const before = [...constant.headers]
    const app = new Hono()
      .use(session({ secret }))
      .get('/health', () => constant)
      .all('/login', async (c) => {
        const session = await c.var.session()
        session.set('user', 'alice')
        return constant
      })
    for (const _ of [1, 2]) {
      const login = await app.request('/login', { method })
      expect(login.status).toBe(status)
      expect(login.headers.getSetCookie()).toHaveLength(1)
    }
    expect([...constant.headers]).toEqual(before)
    expect((await app.request('/health')).headers.getSetCookie()).toEqual([])
  }
})

describe('the error page of a failed commit', () => {
  const tooMuch = 'x'.repeat(5000)

  it('has none of the headers of the response that failed', async () => {
    const app = new Hono().use(session({ secret })).get('/', async (c) => {
      const session = await c.var.session()
      session.set('a', tooMuch)
      return c.body('hello', 200, {
        'Content-Length': '5',
        'Content-Encoding': 'gzip',
        'Content-Disposition': 'attachment',
        ETag: '"1"',
        'Cache-Control': 'public, max-age=60',
      })
    })
    app.onError((_, c) => c.html('<h1>Sorry</h1>', 500))
    const response = await app.request('/')
    expect(response.status).toBe(500)
    expect(await response.text()).toBe('<h1>Sorry</h1>')
    expect(Object.fromEntries(response.headers)).toEqual({
      'cache-control': 'private, no-store',
      'content-type': 'text/html; charset=UTF-8',
      vary: 'Cookie',
    })
  })

  it('has none of the headers that the handler set before, and does not redirect', async () => {
    const app = new Hono().use(session({ secret })).get('/', async (c) => {
      const session = await c.var.session()
      session.set('a', tooMuch)
      c.header('Content-Encoding', 'gzip')
      c.header('Content-Disposition', 'attachment')
      return c.redirect('/there', 303)
    })
    app.onError((_, c) => c.html('<h1>Sorry</h1>', 500))
    const response = await app.request('/')
    expect(response.status).toBe(500)
    expect(Object.fromEntries(response.headers)).toEqual({
      'cache-control': 'private, no-store',
      'content-type': 'text/html; charset=UTF-8',
      vary: 'Cookie',
    })
  })

  it('can show messages and make tokens, which are not kept', async () => {
    const app = new Hono()
      .use(session({ secret }))
      .post('/flash', async (c) => {
        const session = await c.var.session()
        session.flash('hi')
        return c.text('')
      })
      .get('/', async (c) => {
        const session = await c.var.session()
        session.set('a', tooMuch)
        return c.text('')
      })
      .get('/read', async (c) => c.json((await c.var.session()).popFlash()))
    app.onError(async (_, c: Context) => {
      const session: Session = await c.var.session()
      return c.text(`${csrfToken(session)} ${session.popFlash()}`, 500)
    })
    const visitor = browser(app)
    await visitor.post('/flash')
    const failed = await visitor.get('/')
    expect(failed.status).toBe(500)
    expect(await failed.text()).toMatch(/^[\w-]+ hi$/)
    expect(visitor.setCookies).toEqual([])
    expect(await (await visitor.get('/read')).json()).toEqual(['hi'])
  })
})

describe('a session beside one whose commit fails', () => {
  it('still sets its cookie on the error page', async () => {
    const app = new Hono()
      .use(
        session<Data, Record<string, string>, 'prefs'>({
          secret,
          as: 'prefs',
          cookie: { name: 'prefs' },
        }),
      )
      .use(session<Data>({ secret, store: memoryStore() }))
      .get('/', async (c) => {
        const session = await c.var.session()
        const prefs = await c.var.prefs()
        session.set('user', 'mary')
        prefs.set('user', 'x'.repeat(5000))
        return c.text('')
      })
    const response = await app.request('/')
    expect(response.status).toBe(500)
    expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/^__Host-session=/)])
  })
})

describe('a request that csrf() refused and another guard admitted', () => {
  it('re-issues the session like any other', async () => {
    at(0)
    const app = new Hono()
      .use(session<{ n: number }>({ secret }))
      .get('/', async (c) => c.text(String((await c.var.session()).update('n', (n = 0) => n + 1))))
      .use(some(csrf(), async (_, next) => next()))
      .post('/', async (c) => c.text(String((await c.var.session()).get('n'))))
    const visitor = browser(app)
    await visitor.get('/')
    at(600)
    expect(await (await visitor.post('/')).text()).toBe('1')
    expect(visitor.setCookies).toHaveLength(1)
  })
})

describe('Response.error()', () => {
  it.each<[string, (session: Session) => void]>([
    ['was changed', (session) => session.set('a', 1)],
    ['was only read', (session) => void session.get('a')],
    ['was ended', (session) => session.invalidate()],
  ])('is an error before the commit if the session %s', async (_, use) => {
    const store = watched(memoryStore())
    const failures: unknown[] = []
    const app = new Hono().use(session({ secret, store })).get('/', async (c) => {
      use(await c.var.session())
      return Response.error()
    })
    app.onError((error, c) => {
      failures.push(error)
      return c.text('failed', 500)
    })
    const response = await app.request('/')
    expect(failures).toEqual([expect.any(SessionError)])
    expect(String(failures[0])).toContain('Response.error() carries no headers')
    expect([response.status, response.headers.get('Cache-Control')]).toEqual([
      500,
      'private, no-store',
    ])
    expect(store.calls).toEqual([])
  })

  it('is the same error if the session could not even be opened', async () => {
    const down = () => Promise.reject(new Error('down'))
    const failures: unknown[] = []
    const app = new Hono()
      .use(session({ secret, store: { get: down, swap: down } }))
      .get('/', async (c) => {
        void c.var.session()
        return Response.error()
      })
    app.onError((error) => {
      failures.push(error)
      return new Response('failed', { status: 500 })
    })
    const Cookie = await sealSession({}, { secret, store: memoryStore() })
    const { headers } = await app.request('/', { headers: { Cookie } })
    expect(failures).toEqual([expect.any(SessionError)])
    expect(headers.get('Cache-Control')).toBe('private, no-store')
  })

  it('is left alone if no session was opened', async () => {
    const app = new Hono().use(session({ secret })).get('/', () => Response.error())
    expect((await app.request('/')).type).toBe('error')
  })
})

describe('a Response whose body was sent before', () => {
  it.each<[string, (session: Session) => void]>([
    ['was changed', (session) => session.set('user', 'bob')],
    ['was regenerated', (session) => session.regenerate()],
    ['was ended', (session) => session.invalidate()],
  ])(
    'is an error before the commit if the session %s, so that nobody loses one',
    async (_, use) => {
      const store = memoryStore()
      const failures: unknown[] = []
      const constant = new Response('ok')
      const app = new Hono()
        .use(session<Data>({ secret, store }))
        .get('/in', async (c) => {
          const session = await c.var.session()
          session.set('user', 'mary')
          return c.text('in')
        })
        .get('/who', async (c) => c.text((await c.var.session()).get('user') ?? 'nobody'))
        .get('/constant', async (c) => {
          use((await c.var.session()) as unknown as Session)
          return constant
        })
      app.onError((error, c) => {
        failures.push(error)
        return c.text('failed', 500)
      })
      await constant.text()
      const visitor = browser(app)
      await visitor.get('/in')
      const { status, headers } = await visitor.get('/constant')
      expect([status, headers.getSetCookie()]).toEqual([500, []])
      expect(failures).toEqual([expect.any(SessionError)])
      expect(String(failures[0])).toContain('make a Response for each request')
      expect(await (await visitor.get('/who')).text()).toBe('mary')
    },
  )

  it('still answers HEAD, which sends no body', async () => {
    const constant = new Response('ok')
    await constant.text()
    const app = new Hono().use(session<Data>({ secret })).get('/', async (c) => {
      const session = await c.var.session()
      session.set('user', 'mary')
      return constant
    })
    const { status, headers } = await app.request('/', { method: 'HEAD' })
    expect([status, headers.getSetCookie().length]).toEqual([200, 1])
  })
})

describe('a handler that forgets to return', () => {
  it.each<[string, (session: Session) => void]>([
    ['changed the session', (session) => session.set('a', 1)],
    ['only read it', (session) => void session.get('a')],
  ])("is still Hono's error, not an empty 200, if it %s", async (_, use) => {
    const store = watched(memoryStore())
    const failures: unknown[] = []
    const app = new Hono().use(session({ secret, store })).get('/', (async (c: Context) => {
      use(await c.var.session())
    }) as unknown as (c: Context) => Response)
    app.onError((error, c) => {
      failures.push(error)
      return c.text('failed', 500)
    })
    const { status, headers } = await app.request('/')
    expect(String(failures)).toContain('Context is not finalized')
    expect([status, headers.getSetCookie()]).toEqual([500, []])
    expect(headers.get('Cache-Control')).toBe('private, no-store')
    expect(headers.get('Vary')).toBe('Cookie')
    expect(store.calls).toEqual([]) // nothing is stored without its cookie
  })
})

describe('an unrouted path whose notFound handler uses the session', () => {
  const site = (answer: (session: Session, c: Context) => Response) => {
    const app = new Hono().use(session({ secret })).get('/login', async (c) => {
      const session = await c.var.session()
      session.set('user', 'mary')
      return c.text('in')
    })
    app.notFound(async (c) => {
      const session: Session = await c.var.session()
      return answer(session, c)
    })
    return browser(app)
  }

  it.each<[string, (session: Session, c: Context) => Response]>([
    ['c.text()', (session, c) => c.text(`Hello ${session.update('n', () => 1)}`, 404)],
    [
      'its own Response',
      (session) => new Response(`Hello ${session.update('n', () => 1)}`, { status: 404 }),
    ],
  ])('leaves with the cookie and no-store: by %s', async (_, answer) => {
    const visitor = site(answer)
    const { status, headers } = await visitor.get('/nowhere')
    expect(status).toBe(404)
    expect(headers.getSetCookie()).toHaveLength(1)
    expect(headers.get('Cache-Control')).toBe('private, no-store')
    expect(headers.get('Vary')).toBe('Cookie')
  })

  it.each<[string, (error: Error, c: Context) => Response]>([
    ['by the default page', undefined as never],
    ['by c.text()', (_, c) => c.text('failed', 500)],
    ['by its own Response', () => new Response('failed', { status: 500 })],
  ])('leaves with them if it throws and another middleware matches: %s', async (_, onError) => {
    const app = new Hono().use(session({ secret })).use((_, next) => next())
    app.notFound(async (c) => {
      const session: Session = await c.var.session()
      session.set('seen', true)
      throw new Error('broken')
    })
    if (onError) app.onError(onError)
    else vi.spyOn(console, 'error').mockImplementation(() => {})
    const { status, headers } = await app.request('/')
    expect(status).toBe(500)
    expect(headers.getSetCookie()).toHaveLength(1)
    expect(headers.get('Cache-Control')).toBe('private, no-store')
    expect(headers.get('Vary')).toBe('Cookie')
  })
})
