import { Hono, type MiddlewareHandler } from 'hono'
import { describe, expect, it } from 'vitest'
import { type Session, session } from '../../src/session/index.ts'
import { browser } from '../../src/session/testing.ts'
import { cookieName, secret } from '../kit/tokens.ts'

/** Visits `/` of an app with these middlewares, whose handler opens these sessions. */
async function visit(middlewares: MiddlewareHandler[], open: string[], env?: object) {
  let failure: unknown
  const app = new Hono<{ Variables: Record<string, () => Promise<Session>> }>()
  for (const each of middlewares) app.use(each)
  app.get('/', async (c) => {
    for (const name of open) (await c.get(name)()).set(name, 1)
    return c.text('')
  })
  app.onError((error, c) => {
    failure = error
    return c.text('failed', 500)
  })
  const response = await app.request('/', {}, env)
  const names = response.headers.getSetCookie().map((line) => line.slice(0, line.indexOf('=')))
  return { failure, names }
}

/** A middleware with options that the compiler has not checked. */
function named(options: object) {
  return session({ secret, ...options })
}

describe('as', () => {
  it.each(['admin', 'a', 'constructor', 'élève'])(
    'names the session on the context: %s',
    async (as) => {
      expect(await visit([named({ as })], [as])).toEqual({
        failure: undefined,
        names: [cookieName],
      })
    },
  )

  it('can be given in options from the context', async () => {
    const admin = session((c) => ({
      secret: c.env.ADMIN_SECRET as string,
      as: 'admin',
      cookie: { name: 'admin' },
    }))
    const env = { ADMIN_SECRET: secret }
    const names = ['__Host-admin', cookieName]
    const result = await visit([named({}), admin], ['session', 'admin'], env)
    expect({ ...result, names: result.names.sort() }).toEqual({ failure: undefined, names })
  })

  it.each(['', 5, null, {}])('is refused at configuration if it is no name: %o', (as) => {
    expect(() => named({ as })).toThrow(TypeError)
    expect(() => named({ as })).toThrow(/^session\(\): as is .*: give a name$/)
  })

  const cure = 'mount it once, and a second session with another `as`'
  const mounted = named({})
  it.each([
    ['another with the same options', mounted, named({}), 'session'],
    ['another with no name', mounted, named({ cookie: { name: 'other' } }), 'session'],
    ['another of one name', named({ as: 'a' }), named({ as: 'a', cookie: { name: 'b' } }), 'a'],
    ['options from the context', mounted, session(() => ({ secret })), 'session'],
  ])('names one session in a request, opened or not: %s is refused', async (_, a, b, name) => {
    const { failure, names } = await visit([a, b], [])
    expect(failure).toEqual(new TypeError(`session(): c.var.${name} is taken: ${cure}`))
    expect(names).toEqual([])
  })

  it.each([
    ['', mounted],
    [' with options from the context', session(() => ({ secret }))],
  ])('allows one middleware%s to be mounted twice: one session, one cookie', async (_, each) => {
    const app = new Hono().use(each).use('/sub/*', each)
    app.get('/sub/page', async (c) => {
      const session = await c.var.session()
      return c.text(String(session.update('n', (n) => Number(n ?? 0) + 1)))
    })
    const visitor = browser(app)
    expect(await (await visitor.get('/sub/page')).text()).toBe('1')
    const second = await visitor.get('/sub/page')
    expect(await second.text()).toBe('2')
    expect(second.headers.getSetCookie()).toHaveLength(1)
  })

  it('does not replace a variable of another middleware', async () => {
    const app = new Hono<{ Variables: { admin: string } }>()
      .use(async (c, next) => {
        c.set('admin', 'somebody')
        await next()
      })
      .use(named({ as: 'admin' }))
    app.get('/', (c) => c.text(c.var.admin))
    app.onError((error, c) => c.text(error.message, 500))
    expect(await (await app.request('/')).text()).toContain('c.var.admin is taken')
  })

  it('does not hide an error in options from the context', async () => {
    const broken = session((c) => ({ secret: c.env.MISSING.SECRET, as: 'admin' }))
    const { failure } = await visit([named({}), broken], ['session', 'admin'], {})
    expect(failure).toMatchObject({ message: expect.stringContaining('SECRET') })
  })
})

describe('a cookie name shared by two sessions', () => {
  const both = [named({}), named({ as: 'admin' })]

  it('is refused if a request opens both, and only the first sends its cookie', async () => {
    const { failure, names } = await visit(both, ['session', 'admin'])
    expect(failure).toEqual(
      new TypeError(`session(): two sessions use ${cookieName}: give one another cookie.name`),
    )
    expect(names).toEqual([cookieName])
  })

  it.each(['session', 'admin'])('is accepted if a request opens only %s', async (name) => {
    expect(await visit(both, [name])).toEqual({ failure: undefined, names: [cookieName] })
  })

  it('is compared with its prefix', async () => {
    const other = named({ as: 'admin', cookie: { prefix: undefined } })
    const { failure, names } = await visit([named({}), other], ['session', 'admin'])
    expect(failure).toBeUndefined()
    expect(names.sort()).toEqual([cookieName, 'session'])
  })
})

it('two sessions with one cookie are refused at the first request, whichever opens first', async () => {
  const app = new Hono<{ Variables: Record<string, () => Promise<Session>> }>()
  const [outer, inner] = [crypto.randomUUID(), crypto.randomUUID()] // names that no test has used
  app.use(named({ as: outer }))
  app.use(async (c, next) => {
    await c.get(outer)()
    await next()
  })
  app.use(named({ as: inner }))
  app.get('/', async (c) => c.text(String((await c.get(inner)()).size)))
  app.onError((error, c) => c.text(error.message, 500))
  expect(await (await app.request('/')).text()).toMatch(/two sessions use __Host-session/)
})
