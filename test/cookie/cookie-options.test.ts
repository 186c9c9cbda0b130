import { describe, expect, it } from 'vitest'
import { type SessionCookieOptions, session } from '../../src/session/index.ts'
import { secret } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

function make(cookie: Record<string, unknown>) {
  return () => session({ secret, cookie: cookie as SessionCookieOptions })
}

/** The `Set-Cookie` line of a session with these options, without its token. */
async function line(cookie: SessionCookieOptions): Promise<string | undefined> {
  const visitor = createVisitor({ cookie })
  await visitor.visit((session) => session.set('a', 1))
  return visitor.sent[0]?.replace(/=[^;]*/, '=…')
}

describe('cookie', () => {
  it.each<[SessionCookieOptions, string]>([
    [{}, '__Host-session=…; Path=/; HttpOnly; Secure; SameSite=Lax'],
    [{ name: 'id' }, '__Host-id=…; Path=/; HttpOnly; Secure; SameSite=Lax'],
    [{ prefix: undefined }, 'session=…; Path=/; HttpOnly; Secure; SameSite=Lax'],
    [
      { prefix: 'secure', domain: 'example.com', path: '/app' },
      '__Secure-session=…; Domain=example.com; Path=/app; HttpOnly; Secure; SameSite=Lax',
    ],
    [
      { prefix: undefined, secure: false, httpOnly: false, sameSite: 'Strict' },
      'session=…; Path=/; SameSite=Strict',
    ],
    [{ maxAge: 60 }, '__Host-session=…; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=Lax'],
    [
      { sameSite: 'None', partitioned: true, priority: 'High' },
      '__Host-session=…; Path=/; HttpOnly; Secure; SameSite=None; Priority=High; Partitioned',
    ],
    [
      {
        path: undefined,
        httpOnly: undefined,
        secure: undefined,
        sameSite: undefined,
        name: undefined,
      } as object,
      '__Host-session=…; Path=/; HttpOnly; Secure; SameSite=Lax',
    ],
  ])("%o sets the cookie's attributes", async (cookie, expected) => {
    expect((await line(cookie))?.split('; ').sort()).toEqual(expected.split('; ').sort())
  })

  it.each<[string, Record<string, unknown>]>([
    ['name', { name: '' }],
    ['name', { name: 'a b' }],
    ['name', { name: 'a=b' }],
    ['name', { name: '__Host-session' }],
    ['name', { name: '__host-session' }],
    ['name', { name: '__Secure-session' }],
    ['name', { name: 5 }],
    ['prefix', { prefix: '__Host-' }],
    ['prefix', { prefix: true }],
    ['path', { path: '' }],
    ['path', { path: 'app' }],
    ['path', { prefix: 'secure', path: '/; Domain=evil.example' }],
    ['domain', { prefix: 'secure', domain: 'evil.example; Path=/' }],
    ['domain', { prefix: 'secure', domain: '' }],
    ['domain', { prefix: 'secure', domain: 'https://example.com' }],
    ['sameSite', { sameSite: 'Loose' }],
    ['sameSite', { sameSite: true }],
    ['priority', { priority: 'Highest' }],
    ['maxAge', { maxAge: 0 }],
    ['maxAge', { maxAge: -1 }],
    ['maxAge', { maxAge: 1.5 }],
    ['maxAge', { maxAge: 34_560_001 }],
    ['expires', { expires: new Date(0) }],
    ['maxAge', { maxAge: '60' }],
    ['maxAge', { maxAge: Number.NaN }],
    ['maxAge', { maxAge: 60n }],
    ['expires', { expires: 60 }],
    ['expires', { expires: new Date('never') }],
    ['expires', { expires: new Date('2100-01-01T00:00:00Z') }],
    ['httpOnly', { httpOnly: 'true' }],
    ['secure', { secure: 1 }],
    ['partitioned', { partitioned: 'yes' }],
    ['maxage', { maxage: 60 }],
    ['samesite', { samesite: 'Strict' }],
    ['constructor', { constructor: 1 }],
  ])('refuses a wrong %s when session() is called: %o', (name, cookie) => {
    const error = thrownBy(make(cookie))
    expect([TypeError, RangeError]).toContain(error.constructor)
    expect(error.message).toMatch(new RegExp(`^session\\(\\): cookie\\.${name} .+: .+`))
  })

  it.each<[string, string, Record<string, unknown>]>([
    ["a domain with prefix 'host'", 'domain', { domain: 'example.com' }],
    ["a path with prefix 'host'", 'path', { path: '/app' }],
    ["no secure with prefix 'host'", 'secure', { secure: false }],
    ["no secure with prefix 'secure'", 'secure', { secure: false, prefix: 'secure' }],
    [
      'no secure with partitioned',
      'secure',
      { secure: false, prefix: undefined, partitioned: true },
    ],
    [
      "no secure with sameSite 'None'",
      'secure',
      { secure: false, prefix: undefined, sameSite: 'none' },
    ],
  ])('refuses what browsers would drop: %s', (_, name, cookie) => {
    const error = thrownBy(make(cookie))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(new RegExp(`^session\\(\\): cookie\\.${name} `))
  })

  const controls = Array.from({ length: 32 }, (_, i) => String.fromCharCode(i))
  const strangers = [...controls, '\x7f', '\x80', ';', ',', ' ', 'é', '\u2028', '\ud800']
  it.each([
    ['name', 'session'],
    ['path', '/app'],
    ['domain', 'example.com'],
    ['sameSite', 'Lax'],
    ['priority', 'High'],
    ['prefix', 'secure'],
  ])('refuses characters that could end %s early, at any position', (name, value) => {
    expect(make({ prefix: 'secure', [name]: value })).not.toThrow()
    const injected = strangers.flatMap((stranger) =>
      [0, 1, value.length].map((i) => value.slice(0, i) + stranger + value.slice(i)),
    )
    const taken = injected.filter((text) => {
      try {
        make({ prefix: 'secure', [name]: text })()
        return true
      } catch (error) {
        return !(
          error instanceof TypeError && error.message.startsWith(`session(): cookie.${name}`)
        )
      }
    })
    expect(taken).toEqual([])
  })
})

function thrownBy(call: () => unknown): Error {
  try {
    call()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}
