import { type Context, Hono } from 'hono'
import { deleteCookie, setCookie } from 'hono/cookie'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  type Session,
  SessionError,
  type SessionOptions,
  session,
} from '../../../src/session/index.ts'
import { memoryStore } from '../../../src/session/stores/memory.ts'
import { browser } from '../../../src/session/testing.ts'
import { at } from '../../kit/clock.ts'
import { cookieName, otherSecret, secret } from '../../kit/tokens.ts'

afterEach(() => {
  vi.useRealTimers()
})

const attributes = { prefix: 'host', path: '/', secure: true } as const

type Use = (session: Session, c: Context) => unknown

/** A gateway whose session is the same as that of the app behind it. */
function gateway(options: Partial<SessionOptions>, outside: Use, inside: Use) {
  const all = { secret, ...options } as SessionOptions
  const inner = new Hono().use(session(all)).all('*', async (c) => {
    await inside(await c.var.session(), c)
    return c.text('inner')
  })
  const failures: unknown[] = []
  const app = new Hono()
    .use(session(all))
    .get('/set', async (c) => {
      const session = await c.var.session()
      session.set('user', 'mary')
      return c.text('set')
    })
    .all('*', async (c) => {
      await outside(await c.var.session(), c)
      return inner.fetch(new Request(c.req.url, c.req.raw))
    })
  app.onError((error, c) => {
    failures.push(error)
    return c.text('failed', 500)
  })
  return { visitor: browser(app), failures }
}

const read: Use = (session) => session.get('user')
const logOut: Use = (session) => session.invalidate()

describe.each<[string, () => Partial<SessionOptions>]>([
  ['a cookie', () => ({})],
  ['a store', () => ({ store: memoryStore() })],
])('two apps that share the session, which is kept in %s', (_, options) => {
  it.each([0, 121, 2000])(
    'keep a logout of the inner one, %i s after the last write',
    async (later) => {
      at(0)
      const { visitor } = gateway(options(), read, logOut)
      await visitor.get('/set')
      at(later)
      await visitor.get('/')
      expect(visitor.setCookies).toHaveLength(1)
      expect(visitor.cookies.has(cookieName)).toBe(false)
    },
  )

  it('keep it just after a secret was replaced', async () => {
    const given = options()
    const before = gateway({ ...given, secret: otherSecret } as object, read, logOut).visitor
    await before.get('/set')
    const { visitor } = gateway({ ...given, secret: [secret, otherSecret] } as object, read, logOut)
    visitor.cookies.set(cookieName, before.cookies.get(cookieName) ?? '')
    await visitor.get('/')
    expect(visitor.setCookies).toEqual([expect.stringContaining('Max-Age=0')])
  })

  it('get no error if both log out', async () => {
    const { visitor, failures } = gateway(options(), logOut, logOut)
    await visitor.get('/set')
    expect((await visitor.get('/')).status).toBe(200)
    expect([failures, visitor.setCookies.length]).toEqual([[], 1])
    expect(visitor.cookies.has(cookieName)).toBe(false)
  })

  it('get an error if the outer one changed the session that the inner one ended', async () => {
    const { visitor, failures } = gateway(options(), (session) => session.set('a', 1), logOut)
    await visitor.get('/set')
    expect((await visitor.get('/')).status).toBe(500)
    expect(failures).toEqual([expect.any(SessionError)])
    expect(String(failures[0])).toContain('two places set the cookie __Host-session')
    expect(visitor.cookies.has(cookieName)).toBe(false) // the logout stands
  })

  it('have the record ended by an outer logout, though the inner one logged in', async () => {
    const { visitor, failures } = gateway(options(), logOut, (session) => {
      session.regenerate()
      session.set('user', 'bob')
    })
    await visitor.get('/set')
    const old = visitor.cookies.get(cookieName) ?? ''
    await visitor.get('/')
    expect(failures).toEqual([expect.any(SessionError)])
    if (!('store' in options())) return
    const thief = gateway(options(), read, read).visitor
    thief.cookies.set(cookieName, old)
    expect(await (await thief.get('/')).text()).toBe('inner')
  })
})

describe('a cookie of the same name that the app sets itself', () => {
  async function beside(set: (c: Context) => void, use: Use = read, later = 121) {
    at(0)
    const failures: unknown[] = []
    const app = new Hono().use(session({ secret })).all('*', async (c) => {
      const session = await c.var.session()
      if (c.req.path === '/set') session.set('user', 'mary')
      else {
        use(session, c)
        set(c)
      }
      return c.text('page')
    })
    app.onError((error, c) => {
      failures.push(error)
      return c.text('failed', 500)
    })
    const visitor = browser(app)
    await visitor.get('/set')
    at(later)
    const { status } = await visitor.get('/deep/page')
    return { status, failures, sent: visitor.setCookies }
  }

  it('stands, and is not followed by a re-issue', async () => {
    const { status, sent } = await beside((c) => setCookie(c, 'session', 'own', attributes))
    expect([status, sent]).toEqual([200, [expect.stringMatching(/^__Host-session=own;/)]])
  })

  it('stands if it removes the cookie', async () => {
    const { sent } = await beside((c) => void deleteCookie(c, 'session', attributes))
    expect(sent).toEqual([expect.stringMatching(/^__Host-session=;.*Max-Age=0/)])
  })

  it('stands with an error if the session was changed as well', async () => {
    const { status, sent, failures } = await beside(
      (c) => setCookie(c, 'session', 'own', attributes),
      (session) => session.set('a', 1),
    )
    expect([status, failures]).toEqual([500, [expect.any(SessionError)]])
    expect(sent).toEqual([expect.stringMatching(/^__Host-session=own;/)])
  })

  it.each([
    '__Host-session=x; Path=/; Secure',
    '__Host-session =x; path=/ ; Secure',
    '__Host-session=x; Path=/other; PATH=/; Secure',
    '__Host-session="x"; Secure; Max-Age=60; Path=/',
    '__Host-session=; Path=/; Expires=Fri, 31 Dec 9999 23:59:59 GMT',
  ])('stands, however it is spelled: %s', async (line) => {
    const { sent } = await beside((c) => c.header('Set-Cookie', line, { append: true }))
    expect(sent).toEqual([line])
  })

  it.each([
    '__Host-session=; Path=/; Max-Age=0',
    '__Host-session=x; Path=/; Max-Age=-1',
    '__Host-session=x; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
    '__Host-session=x; Path=/; Max-Age=0; Expires=Fri, 31 Dec 9999 23:59:59 GMT',
  ])('agrees with an end of the session if it removes the cookie: %s', async (line) => {
    const { status, sent } = await beside(
      (c) => c.header('Set-Cookie', line, { append: true }),
      (session) => session.invalidate(),
    )
    expect([status, sent]).toEqual([200, [line]])
  })

  it('stands with an error if the session was ended as well, and the cookie set', async () => {
    const { status, sent, failures } = await beside(
      (c) => setCookie(c, 'session', 'own', attributes),
      (session) => session.invalidate(),
    )
    expect([status, failures]).toEqual([500, [expect.any(SessionError)]])
    expect(sent).toEqual([expect.stringMatching(/^__Host-session=own;/)])
  })

  it('stands if only the last of several lines removes the cookie', async () => {
    const { status, sent } = await beside(
      (c) => {
        setCookie(c, 'session', 'own', attributes)
        deleteCookie(c, 'session', attributes)
      },
      (session) => session.invalidate(),
    )
    expect([status, sent.length]).toEqual([200, 2])
  })

  it.each<[string, string]>([
    ['another path', '__Host-session=x; Path=/deep; Secure'],
    ['the default path of a deeper page', '__Host-session=x; Secure'],
    ['another domain', '__Host-session=x; Path=/; Domain=example.com; Secure'],
    ['another name', '__Host-sessions=x; Path=/; Secure'],
    ['a name in other letters', '__host-session=x; Path=/; Secure'],
  ])('is another cookie if it has %s', async (_, line) => {
    const { status, sent } = await beside((c) => c.header('Set-Cookie', line, { append: true }))
    expect([status, sent]).toEqual([200, [line, expect.stringMatching(/^__Host-session=W/)]])
  })

  it('is not looked for unless the session has something to send', async () => {
    const { status, sent } = await beside(
      (c) => setCookie(c, 'session', 'own', attributes),
      read,
      1,
    )
    expect([status, sent.length]).toEqual([200, 1])
  })
})
