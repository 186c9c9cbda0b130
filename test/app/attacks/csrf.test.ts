import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { createApp } from '../../../src/app/app.tsx'
import { own, visitShop } from '../../kit/shop.ts'
import { cookieName } from '../../kit/tokens.ts'

/** Every action of the site, and the page with its form. */
const actions = [
  ['/cart', '/cart'],
  ['/cart/remove', '/cart'],
  ['/session/reset', '/session'],
  ['/session/regenerate', '/session'],
  ['/session/invalidate', '/session'],
] as const

/** A visitor of the site with a count and a cart, and a token that an attacker has stolen. */
async function victim() {
  const app = createApp()
  const visitor = visitShop({ request: (request) => app.fetch(request, env) })
  const token = async () =>
    /name="csrf_token" value="([^"]+)"/.exec(await (await visitor.get('/cart')).text())?.[1] ?? ''
  await visitor.get('/')
  await visitor.post('/cart', { item: 'tea', csrf_token: await token() })
  await visitor.get('/cart')
  const cookie = visitor.cookies.get(cookieName)
  const stolen = await token()
  return {
    visitor,
    stolen,
    /** The session is unchanged: nothing was written. */
    isUntouched: () => visitor.cookies.get(cookieName) === cookie,
  }
}

describe.each(actions)('a forged request for %s of the site', (action) => {
  let target: Awaited<ReturnType<typeof victim>>
  beforeEach(async () => {
    target = await victim()
  })

  it.each<[string, Record<string, string>]>([
    ['another site', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }],
    ['a subdomain', { 'Sec-Fetch-Site': 'same-site', Origin: 'https://blog.shop.example' }],
    ['another site, without an Origin', { 'Sec-Fetch-Site': 'cross-site' }],
    ['another site, though its Origin is ours', { 'Sec-Fetch-Site': 'cross-site', Origin: own }],
    ['a sandboxed frame', { 'Sec-Fetch-Site': 'cross-site', Origin: 'null' }],
    ['another site, in an old browser', { Origin: 'https://evil.example' }],
    ['a page that was loaded over http', { Origin: 'http://shop.example' }],
    ['another port', { 'Sec-Fetch-Site': 'same-site', Origin: `${own}:8443` }],
    ['a browser that contradicts itself', { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://e' }],
  ])('does nothing when it comes from %s, even with a stolen token', async (_, headers) => {
    const form = { item: 'tea', csrf_token: target.stolen }
    const answer = await target.visitor.post(action, form, { headers })
    expect(answer.status).toBe(403)
    expect(answer.headers.get('Location')).toBeNull()
    expect(target.isUntouched()).toBe(true)
  })

  it.each(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'post', 'PUT', 'DELETE'])(
    'does nothing as %s, even if it claims to be a POST',
    async (method) => {
      const query = new URLSearchParams({
        item: 'tea',
        csrf_token: target.stolen,
        _method: 'POST',
      })
      const headers = {
        'Sec-Fetch-Site': 'cross-site',
        'X-HTTP-Method-Override': 'POST',
        'X-CSRF-Token': target.stolen,
      }
      await target.visitor.request(`${action}?${query}`, { method, headers })
      expect(target.isUntouched()).toBe(true)
      expect(target.visitor.setCookies).toEqual([])
    },
  )

  it('does nothing for a visitor without a session', async () => {
    target.visitor.cookies.clear()
    const form = { item: 'tea', csrf_token: target.stolen }
    const headers = { 'Sec-Fetch-Site': 'cross-site' }
    expect((await target.visitor.post(action, form, { headers })).status).toBe(403)
    expect((await target.visitor.post(action, form)).status).toBe(403)
    expect(target.visitor.setCookies).toEqual([])
  })

  it('differs from a genuine one, which is answered with 303', async () => {
    const headers = { 'Sec-Fetch-Site': 'same-origin', Origin: own }
    const form = { item: 'tea', csrf_token: target.stolen }
    expect((await target.visitor.post(action, form, { headers })).status).toBe(303)
    expect(target.isUntouched()).toBe(false)
  })
})

describe('the token on a page of the site', () => {
  it.each(['/cart', '/session'])(
    'is in one field of each form of %s, and nowhere else',
    async (path) => {
      const { visitor } = await victim()
      const page = await (await visitor.get(path)).text()
      const forms = page.match(/<form [^>]*>.*?<\/form>/gs) ?? []
      expect(forms.length).toBeGreaterThan(1)
      for (const form of forms) {
        expect(form).toMatch(/^<form [^>]*method="post" action="\/[a-z/]+"/)
        expect(form.match(/name="csrf_token"/g)).toHaveLength(1)
      }
      expect(page.match(/csrf_token/g)).toHaveLength(forms.length)
    },
  )
})
