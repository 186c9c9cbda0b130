import { Hono } from 'hono'
import { deleteCookie, setCookie } from 'hono/cookie'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { pyramidCodec } from '../src/session/codecs/pyramid.ts'
import { csrfToken, type SessionOptions, session } from '../src/session/index.ts'
import { memoryStore } from '../src/session/stores/memory.ts'
import { browser, readSession, sealSession } from '../src/session/testing.ts'
import { at, start } from './kit/clock.ts'
import { cookieName, otherSecret, secret } from './kit/tokens.ts'

interface Data {
  n: number
  list: string[]
}

type Options = SessionOptions<Data>

beforeEach(() => {
  at(0)
})
afterEach(() => {
  vi.useRealTimers()
})

/** An app under test, which counts and flashes. */
function site(options: Options = { secret }) {
  return new Hono()
    .use(session<Data>(options))
    .get('/', async (c) => {
      const session = await c.var.session()
      const data = Object.fromEntries(session.entries())
      const flash = [session.peekFlash(), session.peekFlash('error')]
      return c.json({ data, flash, isNew: session.new, created: session.created })
    })
    .post('/', async (c) => {
      const session = await c.var.session()
      session.update('n', (n = 0) => n + 1)
      session.flash('Counted.')
      session.flash('Twice!', 'error')
      csrfToken(session)
      return c.redirect('/', 303)
    })
    .post('/logout', async (c) => {
      const session = await c.var.session()
      session.invalidate()
      return c.text('bye')
    })
    .get('/env', (c) => c.json({ env: c.env, cookie: c.req.header('Cookie') ?? null }))
    .post('/form', async (c) => c.json(await c.req.parseBody()))
}

async function see(Cookie: string, options?: Options) {
  return (await site(options).request('/', { headers: { Cookie } })).json()
}

const formats: [string, Options, string][] = [
  ['signed', { secret }, cookieName],
  ['sealed', { secret, encrypt: true }, cookieName],
  ['signed by the newest of two', { secret: [secret, otherSecret] }, cookieName],
  ['of another name', { secret, cookie: { name: 'sid', prefix: 'secure' } }, '__Secure-sid'],
  [
    "Pyramid's",
    { codec: pyramidCodec({ secret: 'seekrit' }), cookie: { prefix: undefined } },
    'session',
  ],
  ['on the way from Pyramid', { secret, codec: pyramidCodec({ secret: 'seekrit' }) }, cookieName],
]

describe.each(formats)('sealSession() and readSession(), %s', (_, options, name) => {
  const data = { n: 41, list: ['a'] }

  it('gives a visitor a session', async () => {
    const Cookie = await sealSession(data, options, { flash: { '': ['hi'], error: ['oh'] } })
    expect(Cookie.startsWith(`${name}=`)).toBe(true)
    const seen = { data, flash: [['hi'], ['oh']], isNew: false, created: start }
    expect(await see(Cookie, options)).toEqual(seen)
  })

  it('makes a cookie that a read does not rewrite', async () => {
    const Cookie = await sealSession(data, options)
    const response = await site(options).request('/', { headers: { Cookie } })
    expect(await readSession(response, options)).toBeUndefined()
  })

  it('reads what a response commits', async () => {
    const Cookie = await sealSession(data, options, { created: start - 50, renewed: start - 9 })
    const response = await site(options).request('/', { method: 'POST', headers: { Cookie } })
    expect(response.status).toBe(303)
    expect(await readSession(response, options)).toEqual({
      data: { n: 42, list: ['a'] },
      flash: { '': ['Counted.'], error: ['Twice!'] },
      created: start - 50,
      renewed: start,
      remembered: false,
    })
  })

  it('returns null if a response removes the session', async () => {
    const headers = { Cookie: await sealSession(data, options) }
    const response = await site(options).request('/logout', { method: 'POST', headers })
    expect(await readSession(response, options)).toBeNull()
  })
})

describe('sealSession()', () => {
  it('makes a session of any age', async () => {
    const cookie = (age: object) => sealSession({ n: 1 }, { secret }, age)
    const old = { created: start - 28_800, renewed: start - 1200 }
    expect(await see(await cookie(old))).toMatchObject({ isNew: false, created: start - 28_800 })
    expect(await see(await cookie({ created: start - 1201 }))).toMatchObject({ isNew: false })
    expect(await see(await cookie({ renewed: start - 1201 }))).toMatchObject({ isNew: true })
    expect(await see(await cookie({ created: start - 28_801 }))).toMatchObject({ isNew: true })
  })

  it('makes a session that is empty but not new', async () => {
    expect(await see(await sealSession({}, { secret }))).toMatchObject({ data: {}, isNew: false })
  })

  it('treats __proto__ as an ordinary key and queue', async () => {
    const data = JSON.parse('{"__proto__":{"admin":true}}')
    const flash = JSON.parse('{"__proto__":["hi"]}')
    const Cookie = await sealSession(data, { secret }, { flash })
    const app = new Hono().use(session({ secret })).get('/', async (c) => {
      const session = await c.var.session()
      return c.json([session.keys(), session.get('admin') ?? null, session.peekFlash('__proto__')])
    })
    const response = await app.request('/', { headers: { Cookie } })
    expect(await response.json()).toEqual([['__proto__'], null, ['hi']])
  })

  it.each<[string, object, string]>([
    ['a Date', { when: new Date() }, 'data.when is a Date'],
    ['a BigInt', { list: [1n] }, 'data.list[0] is a bigint'],
    ['NaN', { n: Number.NaN }, 'data.n is NaN'],
    ['undefined in a list', { list: [undefined] }, 'data.list[0] is undefined'],
  ])('refuses data that JSON cannot carry: %s', async (_, data, problem) => {
    const sealing = sealSession(data, { secret })
    await expect(sealing).rejects.toThrow(TypeError)
    await expect(sealing).rejects.toThrow(problem)
  })

  it.each<[string, unknown]>([
    ['a Date', new Date()],
    ['NaN', Number.NaN],
    ['undefined', undefined],
    ['a function', () => 'hi'],
  ])('refuses flash messages that JSON cannot carry: %s', async (_, message) => {
    const sealing = sealSession({}, { secret }, { flash: { error: [message] } })
    await expect(sealing).rejects.toThrow('which JSON cannot carry')
  })

  it.each([sealSession.bind(null, {}), readSession.bind(null, new Response())])(
    'and readSession() reject the options that session() refuses (%#)',
    async (use) => {
      await expect(use({ secret: 'weak' })).rejects.toThrow('session(): secret has 4 bytes')
      await expect(use({ secret, timeout: 0 })).rejects.toThrow(RangeError)
    },
  )
})

describe('readSession()', () => {
  it('returns undefined for a response that leaves the session alone', async () => {
    expect(await readSession(new Response(), { secret })).toBeUndefined()
    expect(await readSession(await site().request('/'), { secret })).toBeUndefined()
  })

  it('finds the cookie of its options among others', async () => {
    const response = await site().request('/', { method: 'POST' })
    const [own = ''] = response.headers.getSetCookie()
    const lines = ['a=1; Path=/', `x${cookieName}=1; Path=/`, own, `b=${cookieName}=1`]
    const both = new Response(null, { headers: lines.map((line) => ['Set-Cookie', line]) })
    expect(await readSession<Data>(both, { secret })).toMatchObject({ data: { n: 1 } })
    const other = { secret, cookie: { name: 'other' } }
    expect(await readSession(both, other)).toBeUndefined()
  })

  it('rejects options that are not those of the app', async () => {
    const response = await site().request('/', { method: 'POST' })
    const reading = readSession(response, { secret: otherSecret })
    await expect(reading).rejects.toThrow(/^readSession\(\): /)
  })
})

describe('browser()', () => {
  /** An app that sets its cookies by these lines. */
  function app(...lines: string[]) {
    return new Hono().get('/', (c) => {
      for (const line of lines) c.header('Set-Cookie', line, { append: true })
      return c.json(c.req.header('Cookie') ?? null)
    })
  }

  it('sends the cookies that it received', async () => {
    const visitor = browser(app('a=1; Path=/', 'b=x=y'))
    expect(await (await visitor.get('/')).json()).toBeNull()
    expect(visitor.setCookies).toEqual(['a=1; Path=/', 'b=x=y'])
    expect(await (await visitor.get('/')).json()).toBe('a=1; b=x=y')
  })

  it('deletes the cookies that a response removes, and no others', async () => {
    const hono = new Hono()
      .get('/set', (c) => {
        for (const name of ['a', 'b']) setCookie(c, name, '1')
        return c.text('')
      })
      .get('/delete', (c) => c.text(deleteCookie(c, 'a') ?? ''))
    const visitor = browser(hono)
    await visitor.get('/set')
    await visitor.get('/delete')
    expect([...visitor.cookies]).toEqual([['b', '1']])
  })

  it.each([
    ['4097 bytes', `n=${'x'.repeat(4096)}`],
    ['__Host- without Secure', '__Host-n=1; Path=/'],
    ['__host- without Secure', '__host-n=1; Path=/'],
    ['__Secure- without Secure', '__Secure-n=1; Path=/; HttpOnly'],
  ])('drops what browsers drop: %s', async (_, line) => {
    const visitor = browser(app(line))
    visitor.cookies.set('n', 'before')
    await visitor.get('/')
    expect([...visitor.cookies]).toEqual([['n', 'before']])
  })

  it.each([
    ['4096 bytes', `n=${'x'.repeat(4095)}`],
    ['__Host- with Secure', '__Host-n=1; Path=/; Secure'],
  ])('keeps what browsers keep: %s', async (_, line) => {
    const visitor = browser(app(line))
    await visitor.get('/')
    expect(visitor.cookies.size).toBe(1)
  })

  it('sends a Cookie header from a test instead of its own', async () => {
    const visitor = browser(app())
    visitor.cookies.set('a', '1')
    const response = await visitor.get('/', { headers: { Cookie: 'stolen=1' } })
    expect(await response.json()).toBe('stolen=1')
  })

  it('posts forms, follows no redirect, and passes the bindings', async () => {
    const visitor = browser(site(), { NAME: 'edge' })
    const posted = await visitor.post('/form', { item: 'tea & milk' })
    expect(await posted.json()).toEqual({ item: 'tea & milk' })
    const redirected = await visitor.post('/')
    expect([redirected.status, redirected.headers.get('Location')]).toEqual([303, '/'])
    expect(await (await visitor.get('/env')).json()).toEqual({
      env: { NAME: 'edge' },
      cookie: `${cookieName}=${visitor.cookies.get(cookieName)}`,
    })
  })
})

it('sealSession() and readSession() work with a store', async () => {
  const options = { secret, store: memoryStore() }
  const app = new Hono().use(session<{ n: number }>(options)).get('/', async (c) => {
    const session = await c.var.session()
    session.regenerate()
    return c.text(String(session.update('n', (n = 0) => n + 1)))
  })
  const Cookie = await sealSession({ n: 41 }, options)
  const response = await app.request('/', { headers: { Cookie } })
  expect(await response.text()).toBe('42')
  expect(await readSession(response, options)).toMatchObject({ data: { n: 42 } })
})
