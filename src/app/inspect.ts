import { decodeBase64Url } from 'hono/utils/encode'
import type { SessionPageProps } from './pages/session.tsx'
import { cookieName, limits } from './sessions.ts'

const maxCookieBytes = 4096
const csrfKey = '_csrft_'
const flashPrefix = '_f_'

/** What the inspector draws of a session's cookie. */
type Drawing = Omit<SessionPageProps, 'messages' | 'errors' | 'data' | 'csrfToken'>

/**
 * Takes a session's cookie apart for the inspector.
 *
 * @param created - When the session began, in seconds since the epoch.
 * @param header - The `Cookie` header that the session came with; `undefined` if it is new.
 */
export function inspect(created: number, header: string | undefined): Drawing {
  const now = Math.floor(Date.now() / 1000)
  const token = takeApart(header)
  const parts = token ? sizes(token) : []
  return {
    store: 'cookie',
    codec: 'signed (HMAC-SHA-256)',
    cookieName,
    created,
    now,
    idle: left(limits.timeout, now - (token?.renewed ?? now)),
    absolute: left(limits.lifetime, now - created),
    bytes: { used: parts.reduce((sum, { bytes }) => sum + bytes, 0), limit: maxCookieBytes, parts },
    token: token && shown(token),
  }
}

interface Token {
  payload: string
  signature: string
  decoded: string
  renewed: number
  created: number
  data: Record<string, unknown>
}

/** Finds the cookie as the library does, exactly: `getCookie` may find another that nobody verified. */
function takeApart(header = ''): Token | null {
  const [, payload, signature] =
    new RegExp(`(?:^|;)[ \\t]*${cookieName}=([^;]*)\\.([^;]*)`).exec(header) ?? []
  if (payload === undefined || signature === undefined) return null
  const decoded = new TextDecoder().decode(decodeBase64Url(payload))
  const [renewed, created, data] = JSON.parse(decoded)
  return { payload, signature, decoded, renewed, created, data }
}

/** Shortens the signature and blanks the CSRF token: a picture of the page must not be a key. */
function shown({
  payload,
  signature,
  decoded,
  renewed,
  created,
  data,
}: Token): SessionPageProps['token'] {
  const short = `${signature.slice(0, 6)}…`
  const secret = data[csrfKey]
  if (typeof secret !== 'string') return { payload, signature: short, decoded }
  const start = byteLength(decoded.slice(0, decoded.indexOf(secret)))
  const end = start + byteLength(secret)
  return {
    payload: `${payload.slice(0, Math.floor((start * 4) / 3))}…${payload.slice(Math.ceil((end * 4) / 3))}`,
    signature: short,
    decoded: JSON.stringify([renewed, created, { ...data, [csrfKey]: '(hidden)' }]),
  }
}

/** Shares the cookie's bytes out among what it carries. */
function sizes({ payload, signature, renewed, created, data }: Token) {
  const groups = new Map([['Time stamps', JSON.stringify([renewed, created]).length]])
  for (const [key, value] of Object.entries(data)) {
    const label = labelOf(key)
    const bytes = byteLength(JSON.stringify({ [key]: value }))
    groups.set(label, (groups.get(label) ?? 0) + bytes)
  }
  const total = [...groups.values()].reduce((sum, bytes) => sum + bytes, 0)
  return [
    { label: 'Name', bytes: cookieName.length },
    ...share(groups, payload.length / total),
    { label: 'Signature', bytes: signature.length + '.'.length },
  ]
}

function labelOf(key: string): string {
  if (key === csrfKey) return 'CSRF token'
  return key.startsWith(flashPrefix) ? 'Flash messages' : key
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

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length
}
