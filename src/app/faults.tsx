import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { csrfToken, ForgedRequestError, StoreError } from '../session/index.ts'
import { ErrorPage, type Onward } from './pages/error.tsx'
import { StaleFormPage } from './pages/stale-form.tsx'
import type { SiteEnv } from './sessions.ts'
import { ConfigurationError, explain } from './stores.ts'
import { visitOf } from './visit.ts'

interface Fault {
  readonly title: string
  readonly message: string
  readonly onward?: readonly Onward[]
}

/** One page for each status, whatever the cause and the address: a different page would reveal them. */
const pages: Record<number, Fault> = {
  403: {
    title: 'Not accepted',
    message: 'That form has expired. Nothing was changed. Open the page again and resend.',
  },
  404: { title: 'Not found', message: 'There is no page at this address.' },
  405: {
    title: 'Not possible',
    message: 'This address only takes form submissions. Their forms are on these pages:',
    onward: [
      { href: '/cart', label: 'Cart' },
      { href: '/session', label: 'Session' },
    ],
  },
  413: { title: 'Too large', message: 'That is more than this form takes. Nothing was changed.' },
  500: { title: 'Something broke', message: 'This is our fault, not yours. Please try again.' },
  503: {
    title: 'Not available',
    message:
      'We can’t reach your session right now. You’re still signed in; try again in a minute.',
    onward: [{ href: '', label: 'Try again' }], // the same address
  },
}

/** Seconds after which a visitor may try again. */
const retryAfter = '60'

/** Answers with the page for a status. */
export function fault(
  c: Context,
  status: ContentfulStatusCode,
  more: { headers?: Record<string, string>; help?: string | undefined } = {},
) {
  const page = pages[status] ?? { title: `Error ${status}`, message: 'Please go back.' }
  const { help, headers = {} } = more
  const visit = { origin: new URL(c.req.url).origin }
  return c.html(
    <ErrorPage status={status} {...page} {...{ help, visit }} />,
    status,
    status === 503 ? { ...headers, 'Retry-After': retryAfter } : headers,
  )
}

/** Answers for a handler that threw. */
export async function answerError(error: Error, c: Context<SiteEnv>): Promise<Response> {
  if (error instanceof ForgedRequestError && isSameOrigin(c)) {
    return answerStaleForm(c).catch((next: Error) => answerError(next, c))
  }
  const status = statusOf(error)
  if (status >= 500) console.error(logged(error))
  return fault(c, status, { help: status >= 500 && isDevelopment(c) ? explain(error) : undefined })
}

/** Returns the form as it was filled in, with a valid token. */
async function answerStaleForm(c: Context<SiteEnv>): Promise<Response> {
  const session = await c.var.session()
  const fields: Record<string, unknown> = await c.req.parseBody().catch(() => ({}))
  const { visit } = visitOf(c, session)
  return c.html(
    <StaleFormPage action={c.req.path} {...{ fields, visit }} csrfToken={csrfToken(session)} />,
    403,
  )
}

/** Whether the browser itself says that the form is the site's own: other sites get no second chance. */
function isSameOrigin(c: Context): boolean {
  const site = c.req.header('Sec-Fetch-Site')
  if (site !== undefined) return site === 'same-origin'
  return c.req.header('Origin') === new URL(c.req.url).origin
}

/** Errors with their own response, such as `HTTPException` and `StoreError`, have a status. */
function statusOf(error: Error): ContentfulStatusCode {
  return 'getResponse' in error && 'status' in error ? (error.status as ContentfulStatusCode) : 500
}

/** Whether this is `wrangler dev` and a browser asks: `app.request()` in a test does not count. */
function isDevelopment(c: Context): boolean {
  const { hostname } = new URL(c.req.url)
  return /^(localhost|127\.0\.0\.1)$/.test(hostname) && c.req.header('Accept') !== undefined
}

function logged(error: Error): string {
  if (error instanceof ConfigurationError) return error.message
  return error instanceof StoreError ? `StoreError: ${explain(error)}` : `${error.stack}`
}
