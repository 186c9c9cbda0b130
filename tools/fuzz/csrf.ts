import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Hono } from 'hono'
import { signedCodec } from '../../src/session/codecs/signed.ts'
import { mask } from '../../src/session/csrf/mask.ts'
import { csrf, csrfToken, session } from '../../src/session/index.ts'
import { cookieName, isHeaderText, otherSecret, secret, start } from './door.ts'
import { mutants } from './mutations.ts'
import { type Outcome, type Target, target } from './target.ts'

/** A visitor, with the session's own token. */
interface Visitor {
  readonly cookie: string
  readonly hidden: string | null
}

interface Input {
  readonly who: number
  readonly method: string
  readonly header: string | undefined
  readonly fields: string[]
  readonly form: 'urlencoded' | 'multipart' | 'text' | 'broken' | 'query'
}

// One of ours, one of Pyramid's, whose mask ends in a digit with unused bits, and none.
const secrets = ['8a0PzK3Jx5q_-R2mWc7LtYvB', 'c0ffee'.repeat(7).slice(2), null]

/** Makes the target that checks CSRF tokens, in headers and forms. */
export async function csrfTarget(): Promise<Target> {
  const visitors = await Promise.all(secrets.map(visitorWith))
  let failure: unknown
  const app = new Hono()
    .use(session({ secret }))
    .get('/', async (c) => c.text(csrfToken(await c.var.session())))
    .use(csrf({ onRefuse: () => undefined }))
    .all('/', (c) => c.body(null))
  app.onError((error, c) => {
    failure = error
    return 'getResponse' in error ? (error.getResponse as () => Response)() : c.body(null, 500)
  })

  async function attempt(input: Input): Promise<Outcome> {
    const { cookie, hidden } = visitors[input.who] as Visitor
    failure = undefined
    const { status, headers } = await app.request(...requestOf(input, cookie))
    const isValid = hidden !== null && isMask(sentIn(input), hidden)
    if (status !== (isValid ? 200 : 403)) throw failure ?? new Error(`answered ${status}`)
    assert.deepEqual(headers.getSetCookie(), [])
    return isValid ? 'accepted' : 'refused'
  }

  const tokens = await Promise.all(
    visitors.flatMap(({ cookie }) =>
      [1, 2].map(async () => (await app.request('/', { headers: { cookie } })).text()),
    ),
  )
  const others = [secrets[0] as string, secrets[1] as string, mask(''), mask(otherSecret)]
  return target('CSRF token', ['accepted', 'refused'], inputsWith([...tokens, ...others]), attempt)
}

async function visitorWith(hidden: string | null): Promise<Visitor> {
  const data = hidden === null ? { user: 'john' } : { _csrft_: hidden }
  const payload = JSON.stringify([start, start, data])
  return {
    cookie: `${cookieName}=${await signedCodec(secret, cookieName).encode(payload)}`,
    hidden,
  }
}

function inputsWith(tokens: string[]): fc.Arbitrary<Input> {
  const token = fc.oneof(fc.constantFrom(...tokens), mutants(tokens))
  return fc.record({
    who: fc.nat(secrets.length - 1),
    method: fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE'),
    header: fc.option(token.filter(isHeaderText), { nil: undefined, freq: 2 }),
    fields: fc.array(token, { maxLength: 2 }),
    form: fc.constantFrom('urlencoded', 'multipart', 'text', 'broken', 'query'),
  })
}

function requestOf({ method, header, fields, form }: Input, cookie: string): [string, RequestInit] {
  const headers = new Headers({ cookie })
  if (header !== undefined) headers.set('X-CSRF-Token', header)
  const pairs = new URLSearchParams(fields.map((field) => ['csrf_token', field]))
  if (form === 'query') return [`/?${pairs}`, { method, headers }]
  if (form === 'multipart') {
    const body = new FormData()
    for (const field of fields) body.append('csrf_token', field)
    return ['/', { method, headers, body }]
  }
  if (form === 'text') headers.set('Content-Type', 'text/plain')
  if (form === 'broken') headers.set('Content-Type', 'multipart/form-data')
  return ['/', { method, headers, body: form === 'urlencoded' ? pairs : String(pairs) }]
}

/** The token that must be checked: the header if there is one, else the last form field. */
function sentIn({ header, fields, form }: Input): string | undefined {
  if (header !== undefined) return header.replace(/^[\t ]+|[\t ]+$/g, '')
  return form === 'urlencoded' || form === 'multipart' ? fields.at(-1) : undefined
}

/** Whether a token is a mask of this secret, in its only spelling. */
function isMask(token: string | undefined, hidden: string): boolean {
  if (!token || !/^[\w-]+$/.test(token) || token.length % 4 === 1) return false
  const text = atob(token.replaceAll('-', '+').replaceAll('_', '/'))
  const spelling = btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  if (spelling !== token || text.length !== hidden.length * 2) return false
  const bytes = [...text].map((each) => each.charCodeAt(0))
  const half = hidden.length
  const unmasked = bytes.slice(half).map((byte, i) => byte ^ (bytes[i] as number))
  return String.fromCharCode(...unmasked) === hidden
}
