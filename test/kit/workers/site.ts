import { env } from 'cloudflare:workers'
import { createApp } from '../../../src/app/app.tsx'
import { createSiteVisitor, type Site } from '../site-visitor.ts'

/** A visitor of our site in this Worker. */
export function visitSite(site: Site = createApp(), bindings: object = env) {
  return createSiteVisitor(site, bindings)
}

/** A visitor with a copy of another's cookies. */
export function visitWithCookiesOf(
  { cookies }: { cookies: Map<string, string> },
  site?: Site,
  bindings?: object,
) {
  const visitor = visitSite(site, bindings)
  for (const [name, value] of cookies) visitor.cookies.set(name, value)
  return visitor
}
