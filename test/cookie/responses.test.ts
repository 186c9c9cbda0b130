import { type Context, Hono } from 'hono'
import { some } from 'hono/combine'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { csrf, csrfToken, type Session, session } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { browser } from '../../src/session/testing.ts'
import { at } from '../kit/clock.ts'
import { secret } from '../kit/tokens.ts'

interface Data {
  user: string
}

afterEach(() => {
  vi.useRealTimers()
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
