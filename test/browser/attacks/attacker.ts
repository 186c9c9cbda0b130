import { Hono } from 'hono'
import type { RedirectStatusCode } from 'hono/utils/http-status'

/** Answers as the request asks: with any cookie, any page, or a redirect to any place. */
export const attacker = new Hono().all('*', (c) => {
  for (const line of c.req.queries('cookie') ?? []) c.header('Set-Cookie', line, { append: true })
  const { html = '', to, status } = c.req.query()
  return to ? c.redirect(to, Number(status) as RedirectStatusCode) : c.html(html)
})
