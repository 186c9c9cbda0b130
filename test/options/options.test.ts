import { Hono } from 'hono'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type SessionOptions, session } from '../../src/session/index.ts'
import { cookieName, otherSecret, secret, sign } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

/** What a JavaScript caller may pass, including what TypeScript would refuse. */
function make(options: Record<string, unknown>) {
  return () => session(options as unknown as SessionOptions)
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('options', () => {
  const type = TypeError
  const range = RangeError
  const seconds = 'give whole seconds, at least'
  it.each<[string, Record<string, unknown>, typeof TypeError | typeof RangeError, string]>([
    ['timeout', { timeout: 0 }, range, `timeout is 0: ${seconds} 1, or null`],
    ['timeout', { timeout: -1 }, range, `timeout is -1: ${seconds} 1`],
    ['timeout', { timeout: 1.5 }, range, `timeout is 1.5: ${seconds} 1`],
    ['timeout', { timeout: Number.NaN }, range, `timeout is NaN: ${seconds} 1`],
    ['timeout', { timeout: Number.POSITIVE_INFINITY }, range, `timeout is Infinity: ${seconds} 1`],
    ['timeout', { timeout: '1200' }, type, `timeout is a string: ${seconds} 1`],
    ['timeout', { timeout: false }, type, `timeout is a boolean: ${seconds} 1`],
    ['timeout', { timeout: 1200n }, type, `timeout is a bigint: ${seconds} 1`],
    ['lifetime', { lifetime: 0 }, range, `lifetime is 0: ${seconds} 1, or null`],
    ['lifetime', { lifetime: '1' }, type, `lifetime is a string: ${seconds} 1`],
    ['reissueTime', { reissueTime: -1 }, range, `reissueTime is -1: ${seconds} 0, or null`],
    ['reissueTime', { reissueTime: 0.5 }, range, `reissueTime is 0.5: ${seconds} 0`],
    ['reissueTime', { reissueTime: '1' }, type, `reissueTime is a string: ${seconds} 0`],
    ['setOnError', { setOnError: 'false' }, type, 'setOnError is a string: give a boolean'],
    ['setOnError', { setOnError: 0 }, type, 'setOnError is a number: give a boolean'],
    ['onReject', { onReject: true }, type, 'onReject is a boolean: give a function'],
    ['onReject', { onReject: null }, type, 'onReject is null: give a function'],
    ['onEvent', { onEvent: {} }, type, 'onEvent is an object: give a function'],
    ['device', { device: true }, type, 'device is a boolean: give deviceBinding()'],
    ['device', { device: { ttl: 600 } }, type, 'device is malformed: give deviceBinding()'],
    ['a misspelt name', { timeOut: 60 }, type, 'timeOut is not an option: remove it'],
    ['maxAge beside cookie', { maxAge: 60 }, type, 'maxAge is not an option: remove it'],
  ])(
    'that are wrong are refused when session() is called: %s (%o)',
    (_, options, kind, message) => {
      expect(make({ secret, ...options })).toThrow(kind)
      expect(make({ secret, ...options })).toThrow(`session(): ${message}`)
    },
  )

  it.each<[Record<string, unknown>]>([
    [{ timeout: 1, reissueTime: 0, lifetime: 1 }],
    [{ timeout: null, reissueTime: null, lifetime: null }],
    [{ timeout: undefined, reissueTime: undefined, lifetime: undefined, cookie: undefined }],
    [{ setOnError: false, onReject: undefined }],
    [{ secret: [secret, otherSecret] }],
  ])('that are valid are accepted: %o', (options) => {
    expect(make({ secret, ...options })).not.toThrow()
  })
})

it.each([undefined, null, 'text', []])('options are required: %s', (options) => {
  expect(() => session(options as unknown as SessionOptions)).toThrow(TypeError)
  expect(() => session(options as unknown as SessionOptions)).toThrow(
    'session(): there are no options: give an object with a secret',
  )
})

describe('options from the context', () => {
  type Bindings = { SESSION_SECRET: string }
  const env = { SESSION_SECRET: secret }

  function app(options: (c: { env: Bindings }) => SessionOptions) {
    const failures: unknown[] = []
    const app = new Hono<{ Bindings: Bindings }>()
      .use(session((c) => options(c)))
      .get('/untouched', (c) => c.text('free'))
      .get('/', async (c) => c.json((await c.var.session()).entries()))
    app.onError((error, c) => {
      failures.push(error)
      return c.text('failed', 500)
    })
    return { app, failures }
  }

  it('use the bound secret', async () => {
    const now = Math.floor(Date.now() / 1000)
    const headers = { Cookie: `${cookieName}=${await sign([now, now, { a: 1 }])}` }
    const { app: site } = app((c) => ({ secret: c.env.SESSION_SECRET }))
    expect(await (await site.request('/', { headers }, env)).json()).toEqual([['a', 1]])
    const other = { SESSION_SECRET: otherSecret }
    expect(await (await site.request('/', { headers }, other)).json()).toEqual([])
  })

  it('are requested once per c.env', async () => {
    const options = vi.fn((c: { env: Bindings }) => ({ secret: c.env.SESSION_SECRET }))
    const { app: site } = app(options)
    await site.request('/untouched', {}, env)
    for (let i = 0; i < 3; i++) await site.request('/', {}, env)
    expect(options).toHaveBeenCalledTimes(1)
    await site.request('/', {}, { ...env })
    expect(options).toHaveBeenCalledTimes(2)
    await site.request('/', {}, env)
    expect(options).toHaveBeenCalledTimes(2)
  })

  it('are requested once if there is no c.env', async () => {
    const options = vi.fn(() => ({ secret }))
    const { app: site } = app(options)
    for (let i = 0; i < 3; i++) await site.request('/')
    expect(options).toHaveBeenCalledTimes(1)
  })

  it('that are wrong fail only a request that opens the session', async () => {
    const { app: site, failures } = app((c) => ({ secret: c.env.SESSION_SECRET }))
    expect((await site.request('/untouched', {}, {})).status).toBe(200)
    const response = await site.request('/', {}, {})
    expect(response.status).toBe(500)
    expect(failures).toEqual([expect.any(TypeError)])
    expect(failures).toMatchObject([
      { message: expect.stringMatching(/^session\(\): secret is missing/) },
    ])
    expect(response.headers.getSetCookie()).toEqual([])
  })
})

describe('a new session with every default', () => {
  it('needs nothing but a secret', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => session.set('a', 1))
    expect(await visitor.visit((session) => session.get('a'))).toBe(1)
  })
})
