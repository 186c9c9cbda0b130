import { Hono } from 'hono'
import { type RejectReason, session } from '../../session/index.ts'

/** A forgery that a visitor tried, and why it was refused; `null`: it was not changed at all. */
export type Attempt = { typed: string; reason: RejectReason | null }

/** What the throw-away session holds, for visitors to change. */
export const sample = '{"counter":3,"role":"visitor"}'

/** Characters of the longest forgery. */
export const maxAttemptLength = 300

/**
 * Puts other data into the cookie of a session, leaves its signature, and sends it back.
 *
 * The session is real but belongs to nobody: its app, secret and cookie live as long as this call.
 */
export async function tryToForge(typed: string): Promise<Attempt> {
  const attempt: Attempt = { typed, reason: null }
  const app = new Hono()
    .use(
      session({
        secret: crypto.randomUUID() + crypto.randomUUID(),
        onReject: (reason) => {
          attempt.reason = reason
        },
      }),
    )
    .get('/', async (c) => {
      const session = await c.var.session()
      for (const [key, value] of Object.entries(JSON.parse(sample))) session.set(key, value)
      return c.text('')
    })
  const [line = ''] = (await app.request('/')).headers.getSetCookie()
  const [, name, payload = '', signature] = /^([^=]+)=([^.]+)\.([^;]+)/.exec(line) ?? []
  const forged = toBase64url(fromBase64url(payload).replace(sample, () => typed))
  await app.request('/', { headers: { Cookie: `${name}=${forged}.${signature}` } })
  return attempt
}

/** The result of a forgery, in a sentence. */
export function outcomeOf({ reason }: Attempt): string {
  if (reason === 'forged') {
    return 'Refused: the signature does not match. You were given a new session (reason: forged).'
  }
  return reason === null
    ? 'Accepted: you changed nothing, so the signature still matches.'
    : `Refused. You were given a new session (reason: ${reason}).`
}

function fromBase64url(text: string): string {
  return atob(text.replaceAll('-', '+').replaceAll('_', '/'))
}

function toBase64url(text: string): string {
  const binary = String.fromCharCode(...new TextEncoder().encode(text))
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
