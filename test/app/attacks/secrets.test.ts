import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createApp } from '../../../src/app/app.tsx'
import { encodeBase64url } from '../../../src/session/codecs/base64url.ts'
import { storeKey } from '../../../src/session/index.ts'
import { memoryStore } from '../../../src/session/stores/memory.ts'
import { at, start } from '../../kit/clock.ts'
import { cookieName, otherSecret, sign } from '../../kit/tokens.ts'
import { type Fail, faulty } from '../../kit/workers/bindings.ts'
import { visitSite } from '../../kit/workers/site.ts'

beforeAll(() => applyD1Migrations(env.SESSIONS_DB, env.MIGRATIONS))
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const SESSION_SECRET = 'the-secret-that-signs-in-this-run'
const REDIS_TOKEN = 'the-token-of-redis-in-this-run'
const shortSecret = 'a-secret-that-is-too-short-yet'
const item = 'what-mary-puts-into-her-cart'
const note = 'what-handlers-that-fail-put-there'

/** All output of a run, and everything that must not be in it. */
interface Run {
  /** What was logged, as it appears in the log. */
  readonly logged: string[]
  readonly answers: Answer[]
  /** What the run generated from random bytes. */
  readonly ids: string[]
  readonly csrfSecrets: string[]
  /** Keys that were derived from the secret, in bytes. */
  readonly keys: Uint8Array[]
  /** The CSRF tokens on pages. */
  readonly masked: string[]
  /** The values of cookies that were set. */
  readonly tokens: string[]
}

interface Answer {
  readonly asked: string
  readonly status: number
  /** All but `Set-Cookie`. */
  readonly headers: string
  readonly cookies: string[]
  readonly body: string
}

/** A string, and its encodings in which it could appear within other text. */
function spellings(text: string): string[] {
  const bytes = new TextEncoder().encode(text)
  const within = [0, 1, 2].map((offset) => {
    const shifted = encodeBase64url(new Uint8Array([...new Uint8Array(offset), ...bytes]))
    return shifted.slice(Math.ceil((offset * 8) / 6), -1) // without the characters shared with neighbors
  })
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return [text, hex, ...within]
}

/** The hidden strings that occur in the output, by twenty characters in a row. */
function found(hidden: Iterable<string>, said: string[]): string[] {
  const words = new Set(said.flatMap((text) => text.match(/[\w-]{20,}/g) ?? []))
  const pieces = new Set<string>()
  for (const word of words) {
    for (let at = 0; at <= word.length - 20; at++) pieces.add(word.slice(at, at + 20))
  }
  return [...new Set(hidden)].filter((text) => pieces.has(text.slice(0, 20)))
}

/** Sends the site every kind of request, valid and invalid, with its sessions in a store. */
async function run(name: string): Promise<Run> {
  at(0)
  const logged = capture()
  const random = vi.spyOn(crypto, 'getRandomValues')
  const derived = vi.spyOn(crypto.subtle, 'deriveBits')
  vi.spyOn(globalThis, 'fetch').mockImplementation(redis())
  const { faults, bindings } = faulty(name)
  const secrets = { SESSION_SECRET, REDIS_TOKEN, REDIS_URL: 'https://redis.example.com' }
  const app = brokenApp()
  const site = recorded(app, { ...bindings, ...secrets })

  await useAll(site)
  for (const path of [...pages, ...actions]) {
    for (const method of ['HEAD', 'OPTIONS', 'PUT']) await site.ask(path, { method })
  }
  await misuse(site)
  const good = site.token()

  const failures: Fail[] = [
    () => Promise.reject(Object.assign(new Error('down'), { command: ['SET', note, good] })),
    () => Promise.reject({ message: note, key: good }),
  ]
  for (const fail of ['cookie', 'redis'].includes(name) ? [] : failures) {
    for (const what of ['read', 'write'] as const) {
      faults[what] = fail
      await useAll(site)
      delete faults[what]
    }
  }
  vi.mocked(fetch).mockImplementation(async (_, init) => {
    return Response.json(
      { error: `ERR unknown command, with args: ${init?.body}` },
      { status: 400 },
    )
  })
  await useAll(site)

  const wrong = [
    { SESSION_SECRET: '' },
    { SESSION_SECRET: shortSecret },
    { SESSION_STORE: 'mongo' },
    { SESSION_STORE: 'redis', REDIS_URL: `https://:${REDIS_TOKEN}@redis.example.com` },
    { SESSION_STORE: 'redis', REDIS_TOKEN: `${REDIS_TOKEN}\n` },
  ]
  for (const each of wrong) {
    const broken = recorded(brokenApp(), { ...bindings, ...secrets, ...each }, site)
    for (const path of pages) await broken.ask(path)
    await broken.post('/cart', { item })
  }

  const made = (length: number) =>
    random.mock.results
      .map(({ value }) => value as Uint8Array)
      .filter((bytes) => bytes.length === length)
      .map((bytes) => encodeBase64url(bytes))
  return {
    logged,
    answers: site.answers,
    ids: made(32),
    csrfSecrets: made(18),
    keys: (await Promise.all(derived.mock.results.map(({ value }) => value))).map(
      (bits) => new Uint8Array(bits),
    ),
    masked: site.answers.flatMap(({ body }) =>
      [...body.matchAll(/name="csrf_token" value="([^"]+)"/g)].map(([, token = '']) => token),
    ),
    tokens: site.answers.flatMap(({ cookies }) =>
      cookies.map((line) => line.slice(line.indexOf('=') + 1, line.indexOf(';'))).filter(Boolean),
    ),
  }
}

/** Records what is logged, with everything that a log would show of an object. */
function capture(): string[] {
  const logged: string[] = []
  const show = (value: unknown): string => {
    if (!(value instanceof Error)) return typeof value === 'string' ? value : JSON.stringify(value)
    const members = Object.fromEntries(Object.entries(value))
    return `${value.stack} ${JSON.stringify(members)} ${value.cause === undefined ? '' : show(value.cause)}`
  }
  for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir'] as const) {
    vi.spyOn(console, method).mockImplementation((...given: unknown[]) => {
      logged.push(given.map(show).join(' '))
    })
  }
  return logged
}

/** The site, with handlers that fail in each way that a handler can. */
function brokenApp() {
  const app = createApp()
  app
    .get('/throws', async (c) => {
      const session = await c.var.session()
      session.set('note' as 'cart', [note])
      throw new Error('broken')
    })
    .get('/too-large', async (c) => {
      const session = await c.var.session()
      session.set('note' as 'cart', Array(100).fill(note))
      return c.text('')
    })
    .get('/not-json', async (c) => {
      const session = await c.var.session()
      session.set('note' as 'cart', [note, 1n as never])
      return c.text('')
    })
    .get('/reserved', async (c) => {
      const session = await c.var.session()
      session.set('_csrft_' as 'cart', [note])
      return c.text('')
    })
  return app
}

/** A browser at the site that records the responses. */
function recorded(
  app: ReturnType<typeof createApp>,
  bindings: object,
  like?: { answers: Answer[] },
) {
  const answers = like?.answers ?? []
  const site = visitSite(app, bindings)
  async function ask(path: string, init: RequestInit = {}): Promise<string> {
    const answer = await site.request(path, init)
    const body = await answer.text()
    const cookies = answer.headers.getSetCookie()
    const headers = [...answer.headers].filter(([name]) => name !== 'set-cookie')
    const asked = `${init.method ?? 'GET'} ${path}`
    const { status } = answer
    answers.push({ asked, status, headers: JSON.stringify(headers), cookies, body })
    return body
  }
  const post = (path: string, fields: Record<string, string>, headers: HeadersInit = {}) =>
    ask(path, { method: 'POST', body: new URLSearchParams(fields), headers })
  return { answers, ask, post, token: () => site.cookies.get(cookieName) ?? '' }
}

type Site = ReturnType<typeof recorded>

const pages = ['/', '/howdy', '/cart', '/session', '/nowhere']
const actions = [
  '/cart',
  '/session/reset',
  '/session/regenerate',
  '/cart/remove',
  '/session/invalidate',
]
const failing = ['/throws', '/too-large', '/not-json', '/reserved']

/** Uses every route, as it is meant to be used. */
async function useAll(site: Site): Promise<void> {
  for (const path of [...pages, ...failing]) await site.ask(path)
  for (const action of actions) {
    const page = await site.ask('/cart')
    const csrf_token = /name="csrf_token" value="([^"]+)"/.exec(page)?.[1] ?? ''
    await site.post(action, { item, csrf_token })
    await site.ask('/session')
  }
}

/** Sends forged cookies, forged forms, and more than fits. */
async function misuse(site: Site): Promise<void> {
  await site.ask('/')
  await site.ask('/cart')
  const token = site.token()
  const [payload = '', signature = ''] = token.split('.')
  const values = [
    `${token}x`,
    `"${token}"`,
    `${payload}.${signature.slice(1)}A`,
    `${token}; ${cookieName}=${token}`,
    'x'.repeat(5000),
    '__chunked__99',
    await sign([start, start, { cart: [note] }], otherSecret),
    await sign([start - 5000, start - 5000, { cart: [note] }], SESSION_SECRET),
    await sign(['no', 'session', note], SESSION_SECRET),
  ]
  for (const value of values) {
    const headers = { Cookie: `${cookieName}=${value}` }
    for (const path of ['/', '/cart', '/session']) await site.ask(path, { headers })
    await site.post('/cart', { item }, headers)
  }
  const crossSite = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }
  for (const path of actions) {
    await site.post(path, { item, csrf_token: token }, crossSite)
    await site.post(path, { item: 'x'.repeat(100_000), csrf_token: 'x'.repeat(100_000) })
    const broken = { 'Content-Type': 'multipart/form-data; boundary=x' }
    await site.ask(path, { method: 'POST', body: item, headers: broken })
  }
  at(5000)
  await site.ask('/cart')
  at(0)
  await useAll(site)
}

/** Redis as Upstash serves it. */
function redis(): typeof fetch {
  const store = memoryStore()
  return async (_, init) => {
    const [name, ...given] = JSON.parse(String(init?.body))
    if (name === 'GET') return Response.json({ result: await store.get(given[0]) })
    const [, , key, milliseconds, isThere, before, isKept, after] = given
    const was = isThere === '1' ? before : null
    const next = isKept === '1' ? after : null
    const { swapped, kept } = await store.swap(key, was, next, milliseconds / 1000)
    return Response.json({ result: [Number(swapped), kept] })
  }
}

describe.each(['cookie', 'kv', 'd1', 'durable-object', 'redis'])(
  'a run through every route and error, with sessions in %s',
  { timeout: 120_000 },
  (name) => {
    let all: Run
    beforeAll(async () => {
      all = await run(name)
      vi.restoreAllMocks()
      vi.useRealTimers()
    }, 120_000)

    /** What must never be in the output. */
    const neverTold = () => [
      SESSION_SECRET,
      REDIS_TOKEN,
      shortSecret,
      ...new Set(all.csrfSecrets),
      ...(name === 'cookie' ? [] : new Set(all.ids)),
    ]
    const signatures = () => all.tokens.map((token) => token.split('.')[1] ?? '')
    const payloads = () => all.tokens.map((token) => token.split('.')[0] ?? '')
    const isShown = ({ asked, status }: Answer) =>
      status === 200 && /^GET \/(cart|session)$/.test(asked)

    it('reaches every kind of response, and logs each error', () => {
      const statuses = new Set(all.answers.map(({ status }) => status))
      const expected = [200, 303, 403, 404, 405, 500, ...(name === 'cookie' ? [] : [503])]
      expect([...statuses].sort()).toEqual(expected)
      expect(new Set(all.tokens).size).toBeGreaterThan(10)
      expect(new Set(all.csrfSecrets).size).toBeGreaterThan(5)
      expect(all.keys.length).toBeGreaterThan(0)
      if (name !== 'cookie') expect(new Set(all.ids).size).toBeGreaterThan(5)
      const log = all.logged.join('\n')
      for (const fault of ['Error: broken', 'BigInt|bigint', 'cannot be a key', 'SESSION_SECRET']) {
        expect(log).toMatch(new RegExp(fault))
      }
      expect(log).toMatch(name === 'cookie' ? /CookieTooLargeError/ : /StoreError/)
      const shown = all.answers.filter(isShown).map(({ body }) => body)
      for (const text of [item, note]) expect(shown.some((body) => body.includes(text))).toBe(true)
    })

    it('logs no secret, key, token, id or CSRF token', async () => {
      const keys = all.keys.map((bytes) => encodeBase64url(bytes))
      const tokens = [...all.tokens, ...signatures(), ...payloads(), ...all.masked]
      const keysOfRecords = await Promise.all(all.ids.map((id) => storeKey(id)))
      const records = keysOfRecords.map((key) => key.replace('session:', ''))
      const hidden = [...neverTold(), ...all.ids, ...keys, ...tokens, ...records]
      expect(found(hidden.flatMap(spellings), all.logged)).toEqual([])
    })

    it('logs no session data', () => {
      expect(found([item, note].flatMap(spellings), all.logged)).toEqual([])
    })

    it('logs nothing about bad requests', () => {
      expect(
        all.logged.filter((line) => /forged|malformed|duplicate|Forbidden/i.test(line)),
      ).toEqual([])
    })

    it('sends no secret, CSRF token of a session or id in any encoding', () => {
      const texts = all.answers.flatMap(({ headers, body }) => [headers, body])
      expect(found(neverTold().flatMap(spellings), texts)).toEqual([])
    })

    it('sends whole tokens in Set-Cookie only', () => {
      const texts = all.answers.flatMap(({ headers, body }) => [headers, body])
      const hidden = name === 'cookie' ? signatures() : [...signatures(), ...payloads()]
      expect(found(hidden, texts)).toEqual([])
    })

    it('sets cookies whose tokens reveal no secret', () => {
      const lines = all.answers.flatMap(({ cookies }) => cookies)
      for (const line of lines) {
        expect(line).toMatch(/^__Host-session=([\w-]+\.[\w-]{43})?; (Max-Age=0; )?Path=\/; /)
      }
      const decoded = payloads().map((text) => atob(text.replaceAll('-', '+').replaceAll('_', '/')))
      expect(found([SESSION_SECRET, REDIS_TOKEN], decoded)).toEqual([])
      if (name !== 'cookie') for (const text of decoded) expect(text).toMatch(/^[\w-]{43}$/)
    })

    it('shows session data only on the pages made for it', () => {
      const elsewhere = all.answers.filter((answer) => !isShown(answer))
      const texts = elsewhere.flatMap(({ headers, body }) => [headers, body])
      expect(found([item, note].flatMap(spellings), texts)).toEqual([])
      expect(found(all.masked, texts)).toEqual([])
    })

    it('shows the same error page for every error of a status', () => {
      const faults = all.answers.filter(
        ({ asked, status }) => status >= 400 && !asked.startsWith('HEAD'),
      )
      const bodies = new Map<number, Set<string>>()
      for (const { status, body } of faults) {
        bodies.set(status, (bodies.get(status) ?? new Set()).add(body))
      }
      for (const [status, texts] of bodies) expect([status, texts.size]).toEqual([status, 1])
    })
  },
)
