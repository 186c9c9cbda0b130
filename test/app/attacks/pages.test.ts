import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { encodeBase64url } from '../../../src/session/codecs/base64url.ts'
import { sealSession } from '../../../src/session/testing.ts'
import { visitSite } from '../../kit/workers/site.ts'

const cookieName = '__Host-session'
const options = { secret: env.SESSION_SECRET }

/** Strings that would be markup on a page that does not escape, each of at most 80 characters. */
const hostile = [
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '<svg><script>alert(1)</script>',
  '<script>alert(1)</script>',
  '</script><script>alert(1)</script>',
  '</title><script>alert(1)</script>',
  '</textarea><script>alert(1)</script>',
  '</style><script>alert(1)</script>',
  '</pre></code><b>bold',
  '<iframe srcdoc="<script>alert(1)</script>">',
  '<iframe src=javascript:alert(1)>',
  '<a href="javascript:alert(1)">here</a>',
  '<body onload=alert(1)>',
  '<details open ontoggle=alert(1)>',
  '<input autofocus onfocus=alert(1)>',
  '<form action=//evil.example><button>',
  '<base href=//evil.example>',
  '<meta http-equiv=refresh content=0;url=//evil.example>',
  '<link rel=stylesheet href=//evil.example>',
  '<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<!--><img src=x onerror=alert(1)>-->',
  '<![CDATA[<img src=x onerror=alert(1)>]]>',
  '<%00script>alert(1)</script>',
  '" onmouseover="alert(1)',
  "' onmouseover='alert(1)",
  '"><img src=x onerror=alert(1)>',
  "'><img src=x onerror=alert(1)>",
  '` onmouseover=`alert(1)',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '&#60;img src=x onerror=alert(1)&#62;',
  'javascript:alert(1)',
  '{{constructor.constructor("alert(1)")()}}',
  '\u2028<script>alert(1)</script>\u2029',
]

/** A visitor in whose session these strings are everywhere that a page shows strings. */
async function shown(texts: string[]) {
  const site = visitSite()
  const flash = { '': texts, error: texts }
  const [name = '', token = ''] = (
    await sealSession({ cart: texts, [texts[0] as string]: texts }, options, { flash })
  ).split(/=(.*)/)
  site.cookies.set(name, token)
  return site
}

/** The elements of a page in their order, each with the names of its attributes. */
async function skeleton(page: string): Promise<string[]> {
  const found: string[] = []
  const rewriter = new HTMLRewriter().on('*', {
    element({ tagName, attributes }) {
      found.push([tagName, ...[...attributes].map(([name]) => name)].join(' '))
    },
    comments: () => void found.push('a comment'),
  })
  await rewriter.transform(new Response(page)).text()
  return found
}

describe.each(['/cart', '/session'])('%s', (path) => {
  it.each(hostile)('shows %j as text, and adds no element', async (text) => {
    const page = await (await shown([text])).read(path)
    const harmless = await (await shown(['harmless'])).read(path)
    expect(harmless.match(/harmless/g)?.length).toBeGreaterThanOrEqual(4) // title and all
    expect(await skeleton(page)).toEqual(await skeleton(harmless))
  })

  it.each([
    ['in the query', { path: `${path}?flash=forged&_f_=forged&messages=forged`, headers: {} }],
    ['in cookies of other names', { path, headers: { Cookie: 'flash=forged; _f_=forged' } }],
    ['in a session that nobody signed', { path, headers: { Cookie: unsigned() } }],
    ['in a header', { path, headers: { 'X-Flash': 'forged', Flash: 'forged' } }],
  ])('shows no message that is forged %s', async (_, { path, headers }) => {
    const answer = await visitSite().get(path, { headers })
    expect(answer.status).toBe(200)
    const page = await answer.text()
    expect(page).not.toContain('forged')
    expect(page).not.toMatch(/role="(status|alert)"/)
  })
})

/** The payload that would hold a message, if its signature were valid. */
function unsigned(): string {
  const now = Math.floor(Date.now() / 1000)
  const payload = JSON.stringify([now, now, { _f_: ['forged'], _f_error: ['forged'] }])
  const body = encodeBase64url(new TextEncoder().encode(payload))
  return `${cookieName}=${body}.${'A'.repeat(43)}`
}

describe('a form', () => {
  const targets = [
    '//evil.example',
    'https://evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/a/..//evil.example',
    'javascript:alert(1)',
  ]
  const back = {
    '/cart': '/cart#items',
    '/cart/remove': '/cart',
    '/session/reset': '/session',
    '/session/regenerate': '/session',
    '/session/invalidate': '/session',
  }

  it.each(Object.entries(back))(
    '%s redirects to %s, whatever target the request names',
    async (at, to) => {
      const site = visitSite()
      for (const target of targets) {
        const query = new URLSearchParams({ next: target, return_to: target, redirect: target })
        const fields = { item: target, next: target, csrf_token: await site.token('/cart') }
        const headers = {
          Referer: `https://evil.example/${target}`,
          'X-Forwarded-Host': 'evil.example',
        }
        const answer = await site.post(`${at}?${query}`, fields, { headers })
        expect([answer.status, answer.headers.get('Location')]).toEqual([303, to])
      }
    },
  )
})
