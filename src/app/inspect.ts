import { decodeBase64Url } from 'hono/utils/encode'
import { csrfToken, type Session } from '../session/index.ts'
import type { SessionPageProps } from './pages/session.tsx'
import { cookieName, limits, type SiteData, type SiteFlash } from './sessions.ts'

const maxCookieBytes = 4096

/**
 * Takes a session apart for the inspector.
 *
 * @param cookie - The session's cookie as the browser sent it.
 */
export function inspect(
  session: Session<SiteData, SiteFlash>,
  cookie: string | undefined,
): SessionPageProps {
  const now = Math.floor(Date.now() / 1000)
  const token = cookie !== undefined && !session.new ? takeApart(cookie) : null
  const parts = token ? sizes(token) : []
  return {
    store: 'cookie',
    codec: 'signed (HMAC-SHA-256)',
    cookieName,
    created: session.created,
    now,
    idle: left(limits.timeout, now - (token?.renewed ?? now)),
    absolute: left(limits.lifetime, now - session.created),
    bytes: { used: parts.reduce((sum, { bytes }) => sum + bytes, 0), limit: maxCookieBytes, parts },
    token: token && shown(token),
    messages: session.popFlash(),
    errors: session.popFlash('error'),
    data: session.entries().map(([key, value]) => ({ key, value: JSON.stringify(value) })),
    csrfToken: csrfToken(session),
  }
}

interface Token {
  payload: string
  signature: string
  renewed: number
  created: number
  data: Record<string, unknown>
}

function takeApart(cookie: string): Token {
  const [payload = '', signature = ''] = cookie.split('.')
  const text = new TextDecoder().decode(decodeBase64Url(payload))
  const [renewed, created, data] = JSON.parse(text)
  return { payload, signature, renewed, created, data }
}

/** Shortens the signature and hides the CSRF token: a picture of the page must not be a key. */
function shown({ payload, signature, renewed, created, data }: Token): SessionPageProps['token'] {
  const hidden = '_csrft_' in data ? { ...data, _csrft_: '(hidden)' } : data
  return {
    payload,
    signature: `${signature.slice(0, 6)}…`,
    decoded: JSON.stringify([renewed, created, hidden]),
  }
}

/** Shares the cookie's bytes out among what it carries. */
function sizes({ payload, signature, renewed, created, data }: Token) {
  const groups = new Map([['Time stamps', JSON.stringify([renewed, created]).length]])
  for (const [key, value] of Object.entries(data)) {
    const label = key === '_csrft_' ? 'CSRF token' : key.startsWith('_f_') ? 'Flash messages' : key
    const bytes = new TextEncoder().encode(JSON.stringify({ [key]: value })).length
    groups.set(label, (groups.get(label) ?? 0) + bytes)
  }
  const total = [...groups.values()].reduce((sum, bytes) => sum + bytes, 0)
  return [
    { label: 'Name', bytes: cookieName.length },
    ...share(groups, payload.length / total),
    { label: 'Signature', bytes: signature.length + '.'.length },
  ]
}

/** Scales the groups, and rounds so that nothing is lost in the sum. */
function share(groups: Map<string, number>, scale: number) {
  let end = 0
  return [...groups].map(([label, bytes]) => {
    const start = Math.round(end)
    end += bytes * scale
    return { label, bytes: Math.round(end) - start }
  })
}

function left(limit: number, passed: number): { left: number; limit: number } {
  return { left: Math.max(0, limit - passed), limit }
}
