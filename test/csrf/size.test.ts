import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { csrf, csrfToken, FormTooLargeError, session } from '../../src/session/index.ts'
import { at } from '../kit/clock.ts'
import { shopper } from '../kit/shop.ts'
import { secret } from '../kit/tokens.ts'
import { endless, field, kib, mib, multipart, site, urlencoded } from './forms.ts'

beforeEach(() => {
  at(0)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('csrf({ maxFormSize })', () => {
  const padded = (token: string, bytes: number) => `csrf_token=${token}&a=`.padEnd(bytes, 'x')

  it.each([
    [urlencoded, mib],
    ['multipart/form-data; boundary=xx', 16 * mib],
  ])('is by default, for %s: %i bytes', async (type, limit) => {
    const { post, token, error } = await site()
    const body = (bytes: number) => {
      if (type === urlencoded) return padded(token, bytes)
      const [form] = multipart([field('csrf_token'), token], [field('a'), ''])
      return form.replace(/(?=\r\n--xx--)/, 'x'.repeat(bytes - form.length))
    }
    expect((await post(body(limit), { 'Content-Type': type })).status).toBe(200)
    expect((await post(body(limit + 1), { 'Content-Type': type })).status).toBe(413)
    expect(error()).toBeInstanceOf(FormTooLargeError)
  })

  it.each(['urlencoded', 'multipart'])(
    'is one number for both kinds of forms: %s',
    async (kind) => {
      const { post, token } = await site({ maxFormSize: 3 * mib })
      const form = kind === 'multipart' ? new FormData() : new URLSearchParams()
      form.append('csrf_token', token)
      form.append('a', 'x'.repeat(2 * mib))
      expect((await post(form)).status).toBe(200)
      form.append('b', 'x'.repeat(2 * mib))
      expect((await post(form)).status).toBe(413)
    },
  )

  it('refuses a larger form with a response that reveals nothing, and an error that names the cure', async () => {
    const { post, token, error } = await site({ maxFormSize: 100, header: 'X-XSRF-Token' })
    const response = await post(padded(token, 101), { 'Content-Type': urlencoded })
    expect([response.status, await response.text()]).toEqual([413, 'Payload Too Large'])
    expect(error()).toBeInstanceOf(HTTPException)
    expect(error()).toMatchObject({ name: 'FormTooLargeError', status: 413 })
    expect((error() as Error).message).toMatch(/maxFormSize \(100 bytes\).*X-XSRF-Token/)
    expect((await post(padded(token, 100), { 'Content-Type': urlencoded })).status).toBe(200)
  })

  it('refuses by Content-Length before it reads a byte', async () => {
    const { post } = await site()
    const { body, source } = endless(2 * mib)
    const headers = { 'Content-Type': urlencoded, 'Content-Length': String(2 * mib) }
    expect((await post(body, headers)).status).toBe(413)
    expect(source.pulled).toBe(0)
  })

  it.each([
    ['without a Content-Length', {}],
    ['with a Content-Length that is too small', { 'Content-Length': '10' }],
    ['with a Content-Length that is no number', { 'Content-Length': 'x' }],
  ])('reads no more than it must of a body %s', async (_, headers) => {
    const { post } = await site()
    const { body, source } = endless(1000 * mib)
    const response = await post(body, { 'Content-Type': urlencoded, ...headers })
    expect([403, 413]).toContain(response.status)
    expect(source.pulled).toBeLessThanOrEqual(mib + 128 * kib)
  })

  it('leaves a body alone, however large, if the token is in the header', async () => {
    const { post, token } = await site({ maxFormSize: 10 })
    const headers = { 'Content-Type': urlencoded, 'X-CSRF-Token': token }
    expect(await (await post(endless(2 * mib).body, headers)).text()).toBe(`bought ${2 * mib}`)
    expect((await post('x'.repeat(100), { ...headers, 'X-CSRF-Token': 'wrong' })).status).toBe(403)
  })

  it('reads no body of a request that is refused without it', async () => {
    const { visitor, post } = await site()
    const { body, source } = endless(mib / 2)
    const headers = { 'Content-Type': urlencoded, 'Sec-Fetch-Site': 'cross-site' }
    expect((await post(body, headers)).status).toBe(403)
    visitor.cookies.clear()
    expect((await post(endless(mib / 2).body, { 'Content-Type': urlencoded })).status).toBe(403)
    expect(source.pulled).toBe(0)
  })

  it('writes nothing for a form that is too large', async () => {
    const { post, visitor, token } = await site()
    at(600)
    await post(padded(token, mib + 1), { 'Content-Type': urlencoded })
    expect(visitor.setCookies).toEqual([])
  })

  it('logs a form that is too large, unless onRefuse takes over', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    const onRefuse = vi.fn()
    for (const options of [{}, { onRefuse }]) {
      const { post, token } = await site({ maxFormSize: 100, ...options })
      await post(padded(token, 101), { 'Content-Type': urlencoded })
    }
    const line =
      'csrf(): refused POST /buy, the form exceeds maxFormSize (100 bytes): raise it, or send the token in the header X-CSRF-Token'
    expect(warn.mock.calls).toEqual([[line]])
    expect(onRefuse).not.toHaveBeenCalled()
  })

  it.skipIf(!('WebSocketPair' in globalThis))(
    'keeps the properties that Workers add to a request',
    async () => {
      const app = new Hono()
        .use(session({ secret }))
        .get('/token', async (c) => c.text(csrfToken(await c.var.session())))
        .use(csrf())
        .post('/', (c) => {
          const { cf, method, url, headers, signal } = c.req.raw as Request
          return c.json([cf?.colo, method, url, headers.get('X-A'), signal.aborted])
        })
      const { visitor, token } = await shopper(app)
      const request = new Request('https://shop.example/', {
        method: 'POST',
        body: new URLSearchParams({ csrf_token: token }),
        headers: { 'X-A': 'b', Cookie: [...visitor.cookies].map((pair) => pair.join('=')).join() },
        cf: { colo: 'ZRH' },
      })
      const seen = await (await app.request(request)).json()
      expect(seen).toEqual(['ZRH', 'POST', 'https://shop.example/', 'b', false])
    },
  )
})
