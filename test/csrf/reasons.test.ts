import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type CsrfOptions,
  csrf,
  csrfToken,
  ForgedRequestError,
  session,
} from '../../src/session/index.ts'
import { own, shopper, visitShop } from '../kit/shop.ts'
import { secret } from '../kit/tokens.ts'

let logged: string[]

beforeEach(() => {
  logged = []
  vi.spyOn(console, 'warn').mockImplementation((...texts) => void logged.push(texts.join('|')))
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** A site that logs what it refuses, with the errors that its `onError` saw. */
function site(options?: CsrfOptions) {
  const errors: unknown[] = []
  const app = new Hono()
    .use(session({ secret }))
    .get('/token', async (c) => c.text(csrfToken(await c.var.session())))
    .use(csrf(options))
    .all('*', (c) => c.text('bought'))
  app.onError((error, c) => {
    errors.push(error)
    return error instanceof HTTPException ? error.getResponse() : c.text('failed', 500)
  })
  return { app, errors }
}

const broken = 'multipart/form-data; boundary=x'
const refusals: [ForgedRequestError['reason'], string, RequestInit, CsrfOptions?][] = [
  ['origin', 'another site', { headers: { 'Sec-Fetch-Site': 'cross-site' } }],
  ['origin', 'another origin', { headers: { Origin: 'https://evil.example' } }],
  ['origin', 'nowhere, where no token is needed', {}, { token: false }],
  ['missing-token', 'a form without the field', { body: new URLSearchParams({ a: 'b' }) }],
  ['missing-token', 'a body that is no form', { headers: { 'Content-Type': 'text/plain' } }],
  ['wrong-token', 'a wrong header', { headers: { 'X-CSRF-Token': 'wrong' } }],
  ['wrong-token', 'an empty header', { headers: { 'X-CSRF-Token': '' } }],
  ['wrong-token', 'a long field', { body: new URLSearchParams({ csrf_token: 'a'.repeat(9000) }) }],
  ['wrong-token', 'a wrong field', { body: new URLSearchParams({ csrf_token: 'wrong' }) }],
  ['unreadable-form', 'a form that is none', { headers: { 'Content-Type': broken }, body: 'a=b' }],
]

describe('csrf(): the reason of a refusal', () => {
  it.each(refusals)(
    "is '%s' for %s, and is logged in one line",
    async (reason, _, init, options) => {
      const { app, errors } = site(options)
      const { visitor } = await shopper(app)
      const response = await visitor.post('/buy', {}, init)
      expect([response.status, await response.text()]).toEqual([403, 'Forbidden'])
      expect(errors).toEqual([expect.any(ForgedRequestError)])
      expect(errors).toMatchObject([{ name: 'ForgedRequestError', message: 'Forbidden', reason }])
      expect(logged).toHaveLength(1)
      expect(logged[0]).toMatch(RegExp(`^csrf\\(\\): refused POST /buy, ${reason}: .+$`))
    },
  )

  it.each([
    ['without a cookie', {}],
    ['with a good token of another session', { 'X-CSRF-Token': 'TOKEN' }],
  ])("is 'no-session' for a visitor %s", async (_, headers) => {
    const { app, errors } = site()
    const { token } = await shopper(app)
    const sent = Object.entries(headers).map(([name]) => [name, token] as [string, string])
    expect((await visitShop(app).post('/buy', {}, { headers: sent })).status).toBe(403)
    expect(errors).toMatchObject([{ reason: 'no-session' }])
    expect(logged).toEqual([expect.stringContaining('no-session')])
  })

  it('names the cure if a proxy ends TLS', async () => {
    const { app } = site()
    const headers = { Origin: 'https://shop.example', 'Sec-Fetch-Site': 'same-origin' }
    await app.request('http://shop.example/buy', { method: 'POST', headers })
    expect(logged).toEqual([
      'csrf(): refused POST /buy, origin: Origin https://shop.example is not http://shop.example: a proxy ends TLS? See `origins`',
    ])
  })

  it('names the header and the field that were looked at', async () => {
    const { app } = site({ header: 'X-XSRF-Token', field: '_token' })
    const { visitor } = await shopper(app)
    await visitor.post('/buy', { csrf_token: 'x' })
    expect(logged).toEqual([expect.stringMatching(/missing-token: .*X-XSRF-Token or _token$/)])
  })

  it.each<[string, string, Record<string, string>]>([
    ['a path', '/buy%0aERROR%0d%1b[31m%c2%85%e2%80%a8', {}],
    ['a long path', `/${'a'.repeat(10_000)}`, {}],
    ['a long Origin', '/buy', { Origin: `https://${'a'.repeat(10_000)}` }],
    ['a long host', `https://${'a.'.repeat(5000)}example/buy`, { Origin: own }],
    ['a long Sec-Fetch-Site', '/buy', { 'Sec-Fetch-Site': 'a'.repeat(10_000) }],
  ])('forges no line of the log and does not flood it: %s', async (_, path, headers) => {
    const { visitor } = await shopper(site().app)
    expect((await visitor.post(path, {}, { headers })).status).toBe(403)
    expect(logged).toHaveLength(1)
    expect(logged[0]).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}]{1,500}$/u)
  })

  it('is reported without a token, secret, cookie or query', async () => {
    const { app, errors } = site()
    const { visitor, token, kept } = await shopper(app)
    const wrong = `${token.slice(0, -1)}-`
    const secrets = [wrong, String(kept()), ...visitor.cookies.values(), 'a-query']
    const bodies = [{ csrf_token: wrong }, { a: wrong }]
    for (const body of bodies) await visitor.post('/buy?a-query', body)
    await visitor.post('/buy?a-query', {}, { headers: { 'X-CSRF-Token': wrong } })
    await visitor.post('/buy?a-query', { csrf_token: token }, { headers: { Origin: 'null' } })
    expect(logged).toHaveLength(4)
    const told = logged.join('\n') + errors.map((error) => (error as Error).stack).join('\n')
    for (const each of [...secrets, token]) expect(told).not.toContain(each)
  })
})

describe('csrf({ onRefuse })', () => {
  it('takes the place of the line in the log', async () => {
    const onRefuse = vi.fn<NonNullable<CsrfOptions['onRefuse']>>()
    const { app, errors } = site({ onRefuse })
    const { visitor } = await shopper(app)
    await visitor.post('/buy')
    expect(onRefuse).toHaveBeenCalledOnce()
    const [error, c] = onRefuse.mock.calls[0] ?? []
    expect(error).toBe(errors[0])
    expect(error?.reason).toBe('missing-token')
    expect(c?.req.path).toBe('/buy')
    expect(logged).toEqual([])
  })

  it('is not called for a request that passes', async () => {
    const onRefuse = vi.fn()
    const { visitor, token } = await shopper(site({ onRefuse }).app)
    expect((await visitor.post('/buy', { csrf_token: token })).status).toBe(200)
    expect(onRefuse).not.toHaveBeenCalled()
  })

  it.each<[string, () => void | Promise<void>]>([
    [
      'throws',
      () => {
        throw new Error('the hook failed')
      },
    ],
    ['rejects', () => Promise.reject(new Error('the hook failed'))],
    ['never ends', () => new Promise(() => undefined)],
  ])('changes nothing if it %s', async (_, onRefuse) => {
    const { app, errors } = site({ onRefuse })
    const response = await visitShop(app).post('/buy')
    expect([response.status, await response.text()]).toEqual([403, 'Forbidden'])
    expect(errors).toMatchObject([{ reason: 'no-session' }])
  })

  it('may look at the request, its headers included', async () => {
    const seen: unknown[] = []
    const { app } = site({
      onRefuse: ({ reason }, c) => void seen.push(reason, c.req.header('Origin')),
    })
    await visitShop(app).post('/buy', {}, { headers: { Origin: `${own}.evil` } })
    expect(seen).toEqual(['origin', `${own}.evil`])
  })
})
