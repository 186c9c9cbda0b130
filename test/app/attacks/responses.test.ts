import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { createApp } from '../../../src/app/app.tsx'
import { visitSite } from '../../kit/workers/site.ts'

describe('the site', () => {
  // Caches that decide by the extension of an address would store such a page.
  it.each([
    '/cart/x.css',
    '/cart.css',
    '/cart;x.css',
    '/cart%2fx.css',
    '/session/style.css',
    '/.css',
  ])('has no page at an address that looks like a file: %s', async (path) => {
    const { submit, get } = visitSite()
    await submit('/cart', '/cart', { item: 'private tea' })
    const response = await get(path)
    expect(response.status).toBe(404)
    expect(await response.text()).not.toContain('private tea')
    expect(response.headers.getSetCookie()).toEqual([])
  })
})

describe('concurrent visitors of the site', () => {
  it("never see each other's data", async () => {
    const app = createApp()
    const visitors = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const site = visitSite(app)
        await site.submit('/cart', '/cart', { item: `item-of-${i}.` })
        return site
      }),
    )
    for (let round = 1; round <= 10; round++) {
      const pages = await Promise.all(
        visitors.flatMap((site) => [site.read('/cart'), site.read('/session')]),
      )
      for (const [i, page] of pages.entries()) {
        const seen = new Set(page.match(/item-of-\d+\./g))
        expect([...seen]).toEqual([`item-of-${Math.floor(i / 2)}.`])
      }
      expect(await Promise.all(visitors.map(({ count }) => count('/')))).toEqual(
        visitors.map(() => round),
      )
    }
  })
})

/** A request for each kind of response that the site has. */
const answers: [number, string, RequestInit, object?][] = [
  [200, '/', {}],
  [200, '/cart', {}],
  [200, '/session', {}],
  [303, '/cart', { method: 'POST' }],
  [403, '/cart', { method: 'POST', headers: { 'X-CSRF-Token': 'wrong' } }],
  [404, '/nowhere', {}],
  [405, '/cart/remove', {}],
  [500, '/', {}, { SESSION_SECRET: '' }],
  [503, '/cart', {}, { SESSION_STORE: 'kv', SESSIONS_KV: {} }],
]

/** Sends such a request, with these headers added, and a valid token if it is a form. */
async function ask(
  [, path, init, bindings]: (typeof answers)[number],
  more: Record<string, string> = {},
  query = '',
): Promise<Response> {
  const site = visitSite(createApp(), { ...env, ...bindings })
  const token = init.method ? await site.token('/cart') : ''
  const headers = { ...more, ...(token && { 'X-CSRF-Token': token }), ...init.headers }
  return site.request(path + query, { ...init, headers })
}

describe.each(answers)('a response %i of the site, to %s', (...answer) => {
  const [status, path] = answer
  const error = console.error
  const quietly = async <T>(call: () => Promise<T>): Promise<T> => {
    console.error = () => undefined
    return call().finally(() => {
      console.error = error
    })
  }

  it('tells browsers to run, frame and embed nothing', async () => {
    const { headers, status: answered } = await quietly(() => ask(answer))
    expect(answered).toBe(status)
    const policy = headers.get('Content-Security-Policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("base-uri 'none'")
    expect(policy).toContain("form-action 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|script-src|https?:|\*/)
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'strict-origin-when-cross-origin',
      'strict-transport-security': 'max-age=63072000; includeSubDomains',
    })
    for (const name of ['Server', 'X-Powered-By', 'Via']) expect(headers.get(name)).toBeNull()
  })

  it('lets no other origin read it', async () => {
    for (const origin of ['https://evil.example', 'null', 'http://localhost:1']) {
      const { headers } = await quietly(() => ask(answer, { Origin: origin }))
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    }
  })

  it('redirects to no target that the request names', async () => {
    const evil = [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      '/\t/evil.example',
      'javascript:alert(1)',
      '/x\r\nLocation: https://evil.example',
    ]
    for (const text of evil) {
      const to = encodeURIComponent(text)
      const query = `?next=${to}&return_to=${to}&redirect=${to}&url=${to}&to=${to}`
      const headers = {
        Referer: 'https://evil.example/',
        'X-Forwarded-Host': 'evil.example',
        'X-Forwarded-Prefix': '//evil.example',
        'X-Original-URL': '//evil.example',
        'X-Rewrite-URL': '//evil.example',
        Forwarded: 'host=evil.example',
      }
      const response = await quietly(() => ask(answer, headers, query))
      expect(response.status).toBe(status)
      expect(response.headers.get('Location')).toBe(status === 303 ? path : null)
      expect(response.headers.get('Refresh')).toBeNull()
      expect(JSON.stringify([...response.headers])).not.toContain('evil')
      expect(await response.text()).not.toContain('evil')
    }
  })

  it('reflects nothing from the request unescaped', async () => {
    const markup = '<script>alert(1)</script>'
    const query = `?${encodeURIComponent(markup)}=${encodeURIComponent(markup)}`
    const headers = { 'User-Agent': markup, Referer: `https://x/${markup}`, 'X-Any': markup }
    const response = await quietly(() => ask(answer, headers, query))
    expect(JSON.stringify([...response.headers])).not.toContain('alert')
    expect(await response.text()).not.toMatch(/<script|alert/)
  })

  it('reveals no file, line, library or cause', async () => {
    const page = await (await quietly(() => ask(answer))).text()
    const text = page.replace(/<details class="code">.*?<\/details>/s, '') // shown on purpose
    expect(text).not.toMatch(/\.tsx?\b|\bat \S+ \(|node_modules|Error:|undefined|SESSION_SECRET/i)
  })
})
