import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { session } from '../../src/session/index.ts'
import { cookieName, secret, sign } from '../kit/tokens.ts'
import { createVisitor, dataOf, visitOnce } from '../kit/visitor.ts'

const now = Math.floor(Date.now() / 1000)
const valid = () => sign([now, now, { user: 'mary' }])

/** How a site with default options reads a `Cookie` header. */
async function send(header: string) {
  const { result: data, rejected, sent } = await visitOnce({ secret }, header, dataOf)
  return { data, rejected, sent }
}

const octal = (text: string) =>
  text.replace(/./g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)

describe('a valid token in an encoding that older servers accept', () => {
  it.each<[string, (token: string) => string]>([
    ['in quotes, with octal escapes', (token) => `${cookieName}="${octal(token)}"`],
    ['with octal escapes', (token) => `${cookieName}=${octal(token)}`],
    ['with one escape', (token) => `${cookieName}="\\${token}"`],
    ['of version 1', (token) => `$Version=1; ${cookieName}="${token}"; $Path="/"`],
    ['percent-encoded whole', (token) => `${cookieName}=${encodeURIComponent(octal(token))}`],
    ['padded as base64', (token) => `${cookieName}=${token}==`],
    ['in the other base64', (token) => `${cookieName}=${token.replace(/[-_.]/, '+')}`],
  ])('is refused %s', async (_, header) => {
    expect(await send(header(await valid()))).toEqual({ data: {}, rejected: 'forged', sent: [] })
  })
})

describe('a cookie that claims to be chunked', () => {
  it.each(['__chunked__999999', 'chunks:999999', '999999', 'b64:chunked'])(
    'makes the server look for no chunk: %s',
    async (claim) => {
      const token = await valid()
      const pieces = Array.from({ length: 100 }, (_, i) => `${cookieName}.${i}=${token}`)
      const header = [`${cookieName}=${claim}`, ...pieces].join('; ')
      expect(await send(header)).toEqual({ data: {}, rejected: 'forged', sent: [] })
    },
  )

  it.each(['.', '_', '-', ''])('is not joined from chunks numbered with %j', async (mark) => {
    const token = await valid()
    const pieces = [token.slice(0, 20), token.slice(20)]
    const header = pieces.map((piece, i) => `${cookieName}${mark}${i}=${piece}`).join('; ')
    expect(await send(header)).toEqual({ data: {}, rejected: undefined, sent: [] })
  })

  it('is answered with one cookie', async () => {
    const visitor = createVisitor()
    const pieces = Array.from({ length: 100 }, (_, i) => `${cookieName}.${i}=x`).join('; ')
    await visitor.visit((session) => session.set('a', 'x'.repeat(2500)), {
      headers: { Cookie: `${cookieName}=__chunked__100; ${pieces}` },
    })
    expect(visitor.sent).toEqual([expect.stringMatching(/^__Host-session=[\w-]{3000,}\./)])
  })
})

describe('a request that claims to have used plain HTTP', () => {
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
  ])(
    'gets a cookie with the same attributes, Secure included: by %s',
    async (_, origin, headers) => {
      const attributes = 'Path=/; HttpOnly; Secure; SameSite=Lax'
      const set = await app.request(`${origin}/`, { headers })
      expect(set.headers.getSetCookie()).toEqual([
        expect.stringMatching(new RegExp(`^${cookieName}=[\\w-]+\\.[\\w-]{43}; ${attributes}$`)),
      ])
      const Cookie = `${cookieName}=${await valid()}`
      const end = await app.request(`${origin}/end`, { headers: { ...headers, Cookie } })
      expect(end.headers.getSetCookie()).toEqual([`${cookieName}=; Max-Age=0; ${attributes}`])
    },
  )
})
