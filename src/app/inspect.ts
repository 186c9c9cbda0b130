import { decodeBase64Url } from 'hono/utils/encode'
import type { SessionPageProps } from './pages/session.tsx'
import { cookieName, limits } from './sessions.ts'

const maxCookieBytes = 4096
const csrfKey = '_csrft_'
const flashPrefix = '_f_'
const boundKey = '_bound_'

/** What the inspector draws of a session's cookie. */
type Drawing = Omit<SessionPageProps, 'messages' | 'errors' | 'data' | 'devices' | 'csrfToken'>

/** What the handler knows of the session. Times are seconds since the epoch. */
interface Facts {
  store: string
  created: number
  renewed: number
  /** What the store keeps of the session; `null`: there is no store, or nothing in it yet. */
  record: string | null
  /** The `Cookie` header that the session came with; `undefined` if it is new. */
  header: string | undefined
}

/** Takes a session's cookie apart for the inspector. */
export function inspect({ store, created, renewed, record, header }: Facts): Drawing {
  const now = Math.floor(Date.now() / 1000)
  const [payload, signature] = findToken(header)
  const token = payload && signature ? { payload, signature } : null
  const carriesId = store !== 'cookie'
  const parts = token ? sizes(token, carriesId) : []
  return {
    store,
    codec: carriesId ? 'signed id (HMAC-SHA-256)' : 'signed (HMAC-SHA-256)',
    cookieName,
    created,
    now,
    idle: left(limits.timeout, now - renewed),
    absolute: left(limits.lifetime, now - created),
    bytes: { used: parts.reduce((sum, { bytes }) => sum + bytes, 0), limit: maxCookieBytes, parts },
    token: token && (carriesId ? shownId(token) : shown(token)),
    record: record && hideSecret(record).text,
  }
}

interface Token {
  payload: string
  signature: string
}

/** Finds the cookie as the library does, exactly: `getCookie` may find another that nobody verified. */
function findToken(header = ''): (string | undefined)[] {
  const cookie = new RegExp(`(?:^|;)[ \\t]*${cookieName}=([^;]*)\\.([^;]*)`).exec(header)
  return cookie ? cookie.slice(1) : []
}

function decode(payload: string): string {
  return new TextDecoder().decode(decodeBase64Url(payload))
}

/** Shortens the signature and blanks the CSRF token: a picture of the page must not be a key. */
function shown({ payload, signature }: Token): SessionPageProps['token'] {
  const decoded = decode(payload)
  const { secret, text } = hideSecret(decoded)
  if (secret === null) return { payload, signature: short(signature), decoded }
  const start = byteLength(decoded.slice(0, decoded.indexOf(secret)))
  const end = start + byteLength(secret)
  return {
    payload: `${payload.slice(0, Math.floor((start * 4) / 3))}…${payload.slice(Math.ceil((end * 4) / 3))}`,
    signature: short(signature),
    decoded: text,
  }
}

/** Finds the CSRF token in what is kept of a session, and puts something else in its place. */
function hideSecret(kept: string): { secret: string | null; text: string } {
  const [renewed, created, data] = JSON.parse(kept)
  const secret = data[csrfKey]
  if (typeof secret !== 'string') return { secret: null, text: kept }
  return { secret, text: JSON.stringify([renewed, created, { ...data, [csrfKey]: '(hidden)' }]) }
}

function shownId({ payload, signature }: Token): SessionPageProps['token'] {
  return {
    payload: short(payload),
    signature: short(signature),
    decoded: JSON.stringify(short(decode(payload))),
  }
}

function short(text: string): string {
  return `${text.slice(0, 6)}…`
}

/** Shares the cookie's bytes out among what it carries. */
function sizes({ payload, signature }: Token, carriesId: boolean) {
  return [
    { label: 'Name', bytes: cookieName.length },
    ...(carriesId ? [{ label: 'Id', bytes: payload.length }] : dataSizes(payload)),
    { label: 'Signature', bytes: signature.length + '.'.length },
  ]
}

function dataSizes(payload: string) {
  const [renewed, created, data] = JSON.parse(decode(payload))
  const groups = new Map([['Time stamps', JSON.stringify([renewed, created]).length]])
  for (const [key, value] of Object.entries(data)) {
    const label = labelOf(key)
    const bytes = byteLength(JSON.stringify({ [key]: value }))
    groups.set(label, (groups.get(label) ?? 0) + bytes)
  }
  const total = [...groups.values()].reduce((sum, bytes) => sum + bytes, 0)
  return share(groups, payload.length / total)
}

function labelOf(key: string): string {
  if (key === csrfKey) return 'CSRF token'
  if (key === boundKey) return 'Login'
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
