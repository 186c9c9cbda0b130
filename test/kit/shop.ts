import { Hono } from 'hono'
import {
  type CsrfOptions,
  csrf,
  csrfToken,
  type SessionOptions,
  session,
} from '../../src/session/index.ts'
import { browser } from '../../src/session/testing.ts'
import { cookieName, payloadOf, secret } from './tokens.ts'

/** The shop's origin. */
export const own = 'https://shop.example'

/** A site whose `GET` pages show a token, and which guards everything else. */
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

/** A browser at the shop that can send any method: `Request` allows only some. */
export function visitShop(site: Site) {
  return browser({
    request(path, { method = 'GET', ...init } = {}) {
      const request = new Request(new URL(path, own), { ...init, method: 'POST' })
      return site.request(Object.defineProperty(request, 'method', { value: method }))
    },
  })
}

/** A browser with a session at the shop, and a CSRF token of that session. */
export async function shopper(site: Site) {
  const visitor = visitShop(site)
  const token = await (await visitor.get('/token')).text()
  /** The session's own token, of which the tokens on pages are masks. */
  const kept = () =>
    (payloadOf(visitor.cookies.get(cookieName)) as [number, number, { _csrft_: unknown }])[2]
      ._csrft_
  return { visitor, token, kept }
}
