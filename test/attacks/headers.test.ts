import { exports } from 'cloudflare:workers'
import { Hono } from 'hono'
import { describe, expect, it, vi } from 'vitest'
import { type Session, session } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { cookieName, secret, sign } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

const now = Math.floor(Date.now() / 1000)
const valid = () => sign([now, now, { user: 'mary' }])

/** What a session holds for who sends this `Cookie` header, and why a cookie was not honoured. */
async function send(Cookie: string) {
  const onReject = vi.fn()
  const visitor = createVisitor({ onReject })
  const read = { headers: { Cookie } }
  const data = await visitor.visit((session) => Object.fromEntries(session.entries()), read)
  return { data, reasons: onReject.mock.calls.map(([reason]) => reason) }
}

const octal = (text: string) =>
  text.replace(/./g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)

describe('a valid token in a spelling that older servers read', () => {
  it.each<[string, (token: string) => string]>([
    ['in quotes, with octal escapes', (token) => `${cookieName}="${octal(token)}"`],
    ['with octal escapes', (token) => `${cookieName}=${octal(token)}`],
    ['with one escape', (token) => `${cookieName}="\\${token}"`],
    ['of version 1', (token) => `$Version=1; ${cookieName}="${token}"; $Path="/"`],
    ['percent-encoded whole', (token) => `${cookieName}=${encodeURIComponent(octal(token))}`],
    ['padded as base64', (token) => `${cookieName}=${token}==`],
    ['in the other base64', (token) => `${cookieName}=${token.replace(/[-_.]/, '+')}`],
  ])('is refused %s', async (_, header) => {
    expect(await send(header(await valid()))).toEqual({ data: {}, reasons: ['forged'] })
  })
})

describe('a cookie that claims to be in pieces', () => {
  it.each(['__chunked__999999', 'chunks:999999', '999999', 'b64:chunked'])(
    'is asked for no piece: %s',
    async (claim) => {
      const token = await valid()
      const pieces = Array.from({ length: 100 }, (_, i) => `${cookieName}.${i}=${token}`)
      const header = [`${cookieName}=${claim}`, ...pieces].join('; ')
      expect(await send(header)).toEqual({ data: {}, reasons: ['forged'] })
    },
  )

  it.each(['.', '_', '-', ''])('is not put together from pieces numbered with %j', async (mark) => {
    const token = await valid()
    const pieces = [token.slice(0, 20), token.slice(20)]
    const header = pieces.map((piece, i) => `${cookieName}${mark}${i}=${piece}`).join('; ')
    expect(await send(header)).toEqual({ data: {}, reasons: [] })
  })

  it('is answered with one cookie of one name', async () => {
    const visitor = createVisitor()
    const pieces = Array.from({ length: 100 }, (_, i) => `${cookieName}.${i}=x`).join('; ')
    await visitor.visit((session) => session.set('a', 'x'.repeat(2500)), {
      headers: { Cookie: `${cookieName}=__chunked__100; ${pieces}` },
    })
    expect(visitor.sent).toEqual([expect.stringMatching(/^__Host-session=[\w-]{3000,}\./)])
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
  ])('never has two cookies of the name: after %s', async (_, use, count) => {
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

describe('a request that claims to have come by plain http', () => {
  const app = new Hono()
    .use(session({ secret }))
    .get('/', async (c) => {
      const session = await c.var.session()
      session.set('a', 1)
      return c.text('')
    })
    .get('/end', async (c) => {
      const session = await c.var.session()
      session.invalidate()
      return c.text('')
    })

  it.each<[string, string, Record<string, string>]>([
    ['its URL', 'http://shop.example', {}],
    ['its URL, on this machine', 'http://localhost:8787', {}],
    ['X-Forwarded-Proto', 'https://shop.example', { 'X-Forwarded-Proto': 'http' }],
    ['both', 'http://shop.example', { 'X-Forwarded-Proto': 'http', 'X-Forwarded-Ssl': 'off' }],
    ['Forwarded', 'https://shop.example', { Forwarded: 'proto=http;host=evil.example' }],
    ['CF-Visitor', 'https://shop.example', { 'CF-Visitor': '{"scheme":"http"}' }],
    ['another Host', 'https://shop.example', { 'X-Forwarded-Host': 'evil.example' }],
  ])('is given the same attributes, Secure and all: by %s', async (_, origin, headers) => {
    const attributes = 'Path=/; HttpOnly; Secure; SameSite=Lax'
    const set = await app.request(`${origin}/`, { headers })
    expect(set.headers.getSetCookie()).toEqual([
      expect.stringMatching(new RegExp(`^${cookieName}=[\\w-]+\\.[\\w-]{43}; ${attributes}$`)),
    ])
    const Cookie = `${cookieName}=${await valid()}`
    const end = await app.request(`${origin}/end`, { headers: { ...headers, Cookie } })
    expect(end.headers.getSetCookie()).toEqual([`${cookieName}=; Max-Age=0; ${attributes}`])
  })
})

describe('a response that a handler passes on from elsewhere', () => {
  const elsewhere = {
    'a Worker': () => exports.default.fetch('https://shop.example/nowhere'),
    'the cache': async () => {
      const headers = { 'Cache-Control': 'max-age=60' }
      await caches.default.put('https://cache.example/', new Response('cached', { headers }))
      return (await caches.default.match('https://cache.example/')) as Response
    },
    'Response.redirect()': async () => Response.redirect('https://shop.example/there', 303),
  }

  it('has headers that cannot be changed', async () => {
    const response = await elsewhere['Response.redirect()']()
    expect(() => response.headers.set('X-Own', 'changed')).toThrow('immutable')
  })

  it.each(Object.entries(elsewhere))(
    'neither loses the session nor fails the request: %s',
    async (_, fetchIt) => {
      const visitor = createVisitor()
      const expected = await fetchIt()
      const body = await expected.text()
      await visitor.visit(async (session) => {
        session.set('user', 'mary')
        return fetchIt()
      })
      expect(visitor.response.status).toBe(expected.status)
      expect(visitor.response.headers.get('Location')).toBe(expected.headers.get('Location'))
      expect(await visitor.response.text()).toBe(body)
      expect(visitor.sent).toHaveLength(1)
      expect(visitor.response.headers.get('Cache-Control')).toMatch(/private, no-store/)
      expect(await visitor.visit((session) => session.get('user'))).toBe('mary')
    },
  )
})
