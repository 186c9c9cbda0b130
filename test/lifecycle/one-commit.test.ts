import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, it } from 'vitest'
import { type Session, session } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { browser } from '../../src/session/testing.ts'
import { cookieName, payloadOf, secret } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

const line = /^__Host-session=[\w-]+\.[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/

describe('the cookie of a changed session', () => {
  const app = new Hono()
    .use(session<{ n: number }>({ secret }))
    .use(async (c, next) => {
      const session = await c.var.session()
      session.update('n', (n = 0) => n + 1)
      await next()
    })
    .get('/redirect', (c) => c.redirect('/there', 303))
    .get('/immutable-redirect', () => Response.redirect('http://localhost/there', 302))
    .get('/exception', () => {
      throw new HTTPException(418)
    })
    .get('/exception-with-response', () => {
      const headers = { 'X-Own': 'kept', 'Set-Cookie': 'own=1' }
      throw new HTTPException(401, { res: new Response('own', { status: 401, headers }) })
    })
    .get('/error', () => {
      throw new Error('broken')
    })
    .get('/empty', () => new Response(null, { status: 204 }))
    .get('/own-cookies', (c) => {
      c.header('Set-Cookie', 'own=1')
      c.header('Set-Cookie', 'other=2', { append: true })
      return c.text('')
    })
  app.onError((error, c) =>
    error instanceof HTTPException ? error.getResponse() : c.text('failed', 500),
  )

  it.each([
    ['a redirect', '/redirect', 303],
    ['a redirect whose headers are immutable', '/immutable-redirect', 302],
    ['an HTTPException', '/exception', 418],
    ['an HTTPException with its own response', '/exception-with-response', 401],
    ['an error', '/error', 500],
    ['a page that is not there', '/nowhere', 404],
    ['a response without a body', '/empty', 204],
    ["a response with the handler's cookies", '/own-cookies', 200],
  ])('is sent once with %s', async (_, path, status) => {
    const jar = browser(app)
    const response = await jar.get(path)
    expect(response.status).toBe(status)
    expect(jar.setCookies.filter((each) => line.test(each))).toHaveLength(1)
    await jar.get(path)
    expect(payloadOf(jar.cookies.get(cookieName))).toMatchObject({ 2: { n: 2 } })
  })

  it('leaves the headers of a redirect with immutable headers', async () => {
    const response = await app.request('/immutable-redirect')
    expect(response.headers.get('Location')).toBe('http://localhost/there')
  })

  it("leaves the headers of an HTTPException's response", async () => {
    const response = await app.request('/exception-with-response')
    expect(response.headers.get('X-Own')).toBe('kept')
    expect(response.headers.getSetCookie()).toContain('own=1')
    expect(await response.text()).toBe('own')
  })

  it("leaves the handler's cookies", async () => {
    const response = await app.request('/own-cookies')
    expect(response.headers.getSetCookie()).toEqual(['own=1', 'other=2', expect.any(String)])
  })
})

describe('a notFound handler that throws', () => {
  it('has its session committed, like any handler that throws', async () => {
    const app = new Hono().use(session({ secret }))
    app.notFound(async (c) => {
      const session = await (c.get('session' as never) as () => Promise<Session>)()
      session.set('seen', true)
      throw new HTTPException(404)
    })
    const jar = browser(app)
    const response = await jar.get('/')
    expect(response.status).toBe(404)
    expect(jar.setCookies).toEqual([expect.stringMatching(line)])
    expect(response.headers.get('Vary')).toBe('Cookie')
  })
})

describe('a response of a session in a store', () => {
  it.each<[string, (session: Session) => void, number]>([
    [
      'many writes, a new identity, an end and a write',
      (session) => {
        for (let i = 0; i < 5; i++) session.set('a', i)
        session.regenerate()
        session.flash('lost')
        session.invalidate()
        session.set('b', 2)
      },
      1,
    ],
    [
      'three new identities',
      (session) => {
        for (let i = 0; i < 3; i++) session.regenerate()
      },
      1,
    ],
    [
      'two ends',
      (session) => {
        session.invalidate()
        session.set('a', 1)
        session.invalidate()
      },
      1,
    ],
    ['a write', (session) => session.set('a', 2), 0],
  ])('never sets two cookies of the name: after %s', async (_, use, count) => {
    const visitor = createVisitor({ store: memoryStore() })
    await visitor.visit((session) => session.set('user', 'mary'))
    await visitor.visit(use)
    expect(visitor.sent).toHaveLength(count)
    const cookie = visitor.token
    await visitor.visit((session) => session.get('user'))
    expect(visitor.token).toBe(cookie) // what was sent is the final state
    expect(visitor.sent).toEqual([])
  })
})

it('the commit waits for a session that the handler does not wait for', async () => {
  const onReject = () => new Promise<void>((resolve) => setTimeout(resolve))
  const app = new Hono().use(session({ secret, onReject })).get('/', (c) => {
    void c.var.session().then((opened) => opened.set('a', 1))
    return c.text('ok')
  })
  const response = await app.request('/', { headers: { Cookie: '__Host-session=forged' } })
  expect(response.headers.getSetCookie()).toHaveLength(1)
})
