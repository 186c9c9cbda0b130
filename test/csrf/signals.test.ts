import { Hono } from 'hono'
import { describe, expect, it, vi } from 'vitest'
import { csrf, session } from '../../src/session/index.ts'
import { own, shop, shopper, visitShop } from '../kit/shop.ts'
import { cookieName, secret } from '../kit/tokens.ts'

const listed = 'https://admin.example'

const origins = {
  absent: undefined,
  own,
  null: 'null',
  other: 'https://evil.example',
  sibling: 'https://blog.shop.example',
  http: 'http://shop.example',
  port: 'https://shop.example:8443',
  listed,
}

/** The expected verdict on the browser's signals. Rows: Sec-Fetch-Site. Columns: Origin, in order. */
const golden = {
  absent: 'pass pass stop stop stop stop stop pass',
  'same-origin': 'pass pass pass stop stop stop stop pass',
  none: 'pass pass pass stop stop stop stop pass',
  'same-site': 'stop stop stop stop stop stop stop pass',
  'cross-site': 'stop stop stop stop stop stop stop pass',
  garbage: 'stop stop stop stop stop stop stop pass',
}

const cells = Object.entries(golden).flatMap(([site, row]) =>
  Object.entries(origins).map(([name, origin], column) => ({
    site,
    name,
    verdict: row.split(' ')[column],
    signals: signals(site === 'absent' ? undefined : site, origin),
  })),
)

function signals(site?: string, origin?: string): Record<string, string> {
  return {
    ...(site !== undefined && { 'Sec-Fetch-Site': site }),
    ...(origin !== undefined && { Origin: origin }),
  }
}

const unsafe = ['POST', 'PUT', 'PATCH', 'DELETE', 'FOO', 'post', 'get']

describe('csrf(): signals, with every method and token', async () => {
  const app = shop({ origins: [listed] })
  const { visitor, token } = await shopper(app)
  const tokens = { valid: token, missing: undefined, 'of another': (await shopper(app)).token }

  it.each(cells)('$verdict: Sec-Fetch-Site $site, Origin $name', async ({ signals, verdict }) => {
    const statuses: Record<string, number> = {}
    const rule: Record<string, number> = {}
    for (const method of unsafe) {
      for (const [name, text] of Object.entries(tokens)) {
        const headers = { ...signals, ...(text && { 'X-CSRF-Token': text }) }
        const response = await visitor.request('/buy', { method, headers })
        statuses[`${method}, token ${name}`] = response.status
        rule[`${method}, token ${name}`] = verdict === 'pass' && name === 'valid' ? 200 : 403
      }
    }
    expect(statuses).toEqual(rule)
  })
})

describe('csrf({ token: false })', () => {
  const app = new Hono()
    .use(csrf({ token: false, origins: [listed] }))
    .all('/buy', (c) => c.text(''))

  it.each(cells.filter((cell) => cell.site !== 'absent' || cell.name !== 'absent'))(
    'lets signals decide alone: $verdict Sec-Fetch-Site $site, Origin $name',
    async (cell) => {
      const { status } = await visitShop(app).post('/buy', {}, { headers: cell.signals })
      expect(status).toBe(cell.verdict === 'pass' ? 200 : 403)
    },
  )

  it('refuses a request with neither signal', async () => {
    expect((await visitShop(app).post('/buy')).status).toBe(403)
  })
})

describe('csrf()', () => {
  it.each(['', 'Same-Origin', 'SAME-ORIGIN', 'same-origin, cross-site', 'same-origin;', 'same'])(
    'refuses Sec-Fetch-Site %j',
    async (site) => {
      const { visitor, token } = await shopper(shop())
      const headers = { ...signals(site, own), 'X-CSRF-Token': token }
      expect((await visitor.post('/buy', {}, { headers })).status).toBe(403)
    },
  )

  it.each([
    '',
    `${own}/`,
    `${own}:443`,
    `${own}.`,
    `${own}.evil.example`,
    `${own}@evil.example`,
    `${own}, https://evil.example`,
    `https://evil.example ${own}`,
    'https://SHOP.example',
    'shop.example',
  ])('refuses Origin %j, which resembles its own', async (origin) => {
    const { visitor, token } = await shopper(shop())
    const headers = { ...signals('same-origin', origin), 'X-CSRF-Token': token }
    expect((await visitor.post('/buy', {}, { headers })).status).toBe(403)
  })

  it.each([
    'http://admin.example',
    'https://admin.example.evil.example',
    'https://admin.example:444',
    'https://ADMIN.example',
    'https://admin.example.',
    'https://admin.example/',
    'https://sub.admin.example',
    'https://xadmin.example',
  ])('distinguishes Origin %j from the listed one', async (origin) => {
    const { visitor, token } = await shopper(shop({ origins: [listed] }))
    const headers = { ...signals('cross-site', origin), 'X-CSRF-Token': token }
    expect((await visitor.post('/buy', {}, { headers })).status).toBe(403)
  })

  it('refuses a cross-site login of a visitor without a session', async () => {
    const visitor = visitShop(shop())
    const headers = signals('cross-site', 'https://evil.example')
    expect((await visitor.post('/buy', { user: 'evil' }, { headers })).status).toBe(403)
    expect(visitor.setCookies).toEqual([])
  })

  it('does not run the handler of a refused request', async () => {
    const handler = vi.fn()
    const app = new Hono().use(session({ secret }), csrf()).post('/buy', handler)
    await visitShop(app).post('/buy')
    expect(handler).not.toHaveBeenCalled()
  })
})

describe('csrf(): content types', () => {
  const types = [
    undefined,
    'text/plain',
    'Text/PlaiN',
    'text/plain; charset=utf-8',
    'application/json',
    'application/json; charset=utf-8',
    'application/x-www-form-urlencoded; abc',
    'multipart/form-data; boundary=x',
    'application/csp-report',
    'application/octet-stream',
    'text/html',
    'foo',
  ]
  const send = (type: string | undefined, headers: Record<string, string>) => ({
    headers: { ...headers, ...(type && { 'Content-Type': type }) },
    body: new TextEncoder().encode('{}'),
  })

  it.each(types)('%s exempts no request', async (type) => {
    const { visitor, token } = await shopper(shop())
    const crossSite = { ...signals('cross-site'), 'X-CSRF-Token': token }
    expect((await visitor.post('/buy', {}, send(type, crossSite))).status).toBe(403)
    expect((await visitor.post('/buy', {}, send(type, signals('same-origin')))).status).toBe(403)
  })

  it.each(types)('%s is accepted with a token in the header', async (type) => {
    const { visitor, token } = await shopper(shop())
    const headers = { ...signals('same-origin', own), 'X-CSRF-Token': token }
    expect((await visitor.post('/buy', {}, send(type, headers))).status).toBe(200)
  })
})

describe('csrf(): methods', () => {
  it.each(['GET', 'HEAD', 'OPTIONS', 'TRACE'])(
    'lets %s pass without opening the session',
    async (method) => {
      const onReject = vi.fn()
      const app = shop({}, { onReject })
      const visitor = visitShop(app)
      visitor.cookies.set(cookieName, 'forged')
      const headers = signals('cross-site', 'https://evil.example')
      const response = await visitor.request('/buy', { method, headers })
      expect(response.status).toBe(200)
      expect(response.headers.has('Vary')).toBe(false)
      expect(onReject).not.toHaveBeenCalled()
      await visitor.get('/token')
      expect(onReject).toHaveBeenCalledOnce() // so it would have been seen
    },
  )

  it.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'])(
    'ignores %s',
    async (name) => {
      const visitor = visitShop(shop())
      const init = { headers: { [name]: 'GET' } }
      expect((await visitor.post('/buy?_method=GET', { _method: 'GET' }, init)).status).toBe(403)
    },
  )
})
