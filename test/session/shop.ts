import { Hono } from 'hono'
import { type CsrfOptions, csrf, csrfToken, type SessionOptions, session } from '../../src/session'
import { browser } from '../../src/session/testing.ts'
import { cookieName, payloadOf, secret } from './fixtures'

/** Where the shop is. */
export const own = 'https://shop.example'

/** Makes a site that guards all but its `GET` pages, which show a token. */
export function shop(csrfOptions?: CsrfOptions, sessionOptions?: Partial<SessionOptions>) {
  return new Hono()
    .use(session({ secret, ...sessionOptions }))
    .use(csrf(csrfOptions))
    .get('/token', async (c) => c.text(csrfToken(await c.var.session())))
    .get('/regenerate', async (c) => {
      const session = await c.var.session()
      session.regenerate()
      return c.text(csrfToken(session))
    })
    .get('/invalidate', async (c) => {
      const session = await c.var.session()
      session.invalidate()
      return c.text(csrfToken(session))
    })
    .all('/buy', (c) => c.text('bought'))
}

/** What a browser needs of a Hono app. */
export interface Site {
  request(request: Request): Response | Promise<Response>
}

/** A browser that visits the shop, and sends any method: `Request` knows only some. */
export function visit(site: Site) {
  return browser({
    request(path, { method = 'GET', ...init } = {}) {
      const request = new Request(new URL(path, own), { ...init, method: 'POST' })
      return site.request(Object.defineProperty(request, 'method', { value: method }))
    },
  })
}

/** A browser that has a session at the shop, and a token for it. */
export async function shopper(site: Site) {
  const visitor = visit(site)
  const token = await (await visitor.get('/token')).text()
  /** What tokens are masks of, as the session keeps it. */
  const kept = () =>
    (payloadOf(visitor.cookies.get(cookieName)) as [number, number, { _csrft_: unknown }])[2]
      ._csrft_
  return { visitor, token, kept }
}
