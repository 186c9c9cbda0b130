import { Hono } from 'hono'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  CookieTooLargeError,
  csrfToken,
  type Session,
  SessionCommittedError,
  SessionError,
  type SessionOptions,
  StoreError,
  session,
} from '../src/session/index.ts'
import { browser } from '../src/session/testing.ts'
import { cookieName, secret, sign } from './kit/tokens.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('errors', () => {
  it.each([
    ['CookieTooLargeError', new CookieTooLargeError('x')],
    ['SessionCommittedError', new SessionCommittedError('x')],
    ['StoreError', new StoreError('x')],
  ])('are SessionErrors, each with its own name: %s', (name, error) => {
    expect(error).toBeInstanceOf(SessionError)
    expect(error).toBeInstanceOf(Error)
    expect(error.name).toBe(name)
    expect(new SessionError('x').name).toBe('SessionError')
  })
})

describe('StoreError', () => {
  const failing = () =>
    new Hono().get('/', () => {
      throw new StoreError('session: the store failed', { cause: new Error('ECONNREFUSED db-7') })
    })

  it('answers 503 and reveals nothing to the client', async () => {
    const response = await failing().request('/')
    expect(response.status).toBe(503)
    expect(await response.text()).toBe('Service Unavailable')
  })

  it('makes a new response at each call', async () => {
    const error = new StoreError('x')
    const [one, two] = [error.getResponse(), error.getResponse()]
    expect([one.status, await one.text(), await two.text()]).toEqual([
      503,
      'Service Unavailable',
      'Service Unavailable',
    ])
  })

  it('passes its cause to onError', async () => {
    const app = failing()
    const causes: unknown[] = []
    app.onError((error, c) => {
      causes.push(error.cause)
      return c.text('', 503)
    })
    await app.request('/')
    expect(causes).toMatchObject([{ message: 'ECONNREFUSED db-7' }])
  })
})

describe('a secret, token or value', () => {
  const value = 'a-value-that-nobody-else-may-see'
  const now = Math.floor(Date.now() / 1000)
  type Use = (session: Session) => unknown

  const fail: Use = (session) => {
    session.set('a', value)
    csrfToken(session)
    throw new Error('broken')
  }
  const forged = `${value}.${'A'.repeat(43)}`
  const scenarios: [string, Use, Partial<SessionOptions>, string?][] = [
    ['a handler that throws', fail, {}],
    ['a handler that throws, its changes dropped', fail, { setOnError: false }],
    ['a value that JSON cannot carry', (session) => session.set('a', [value, new Date()]), {}],
    ['a message that JSON cannot carry', (session) => session.flash([value, 1n] as never), {}],
    ['a value mutated into one', (session) => session.set('a', lateDate(value)), {}],
    ['a key that is reserved', (session) => session.set('_csrft_', value), {}],
    ['a cookie that is too large', (session) => session.set('a', value.repeat(200)), {}],
    ['options that are wrong', () => undefined, { secret: [secret, value.slice(0, 31)] }],
    ['an option that is a secret', () => undefined, { timeout: secret as unknown as number }],
    [
      'onReject that throws',
      () => undefined,
      {
        onReject(reason) {
          throw new Error(reason)
        },
      },
      forged,
    ],
  ]

  it.each(scenarios)(
    'is neither logged nor sent to the client: %s',
    async (_, use, options, cookie) => {
      const said: unknown[] = []
      for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const) {
        vi.spyOn(console, method).mockImplementation((...texts) => void said.push(...texts))
      }
      const app = new Hono().use(session(() => ({ secret, ...options }))).get('/', async (c) => {
        use(await c.var.session())
        return c.text('done')
      })
      const jar = browser(app)
      const token = await sign([now, now, { old: value, _csrft_: 'csrf-token-of-the-session' }])
      jar.cookies.set(cookieName, cookie ?? token)
      const response = await jar.get('/')
      const told = [
        ...said.map((each) =>
          each instanceof Error ? `${each.stack}${each.cause}` : String(each),
        ),
        await response.text(),
      ].join('\n')
      expect(response.status).toBe(500)
      expect(said).not.toEqual([])
      for (const hidden of [
        secret,
        value.slice(0, 31),
        token,
        'csrf-token-of-the-session',
        ...jar.setCookies,
      ])
        expect(told).not.toContain(hidden)
    },
  )

  it.each(['forged', 'malformed', 'expired', 'duplicate'])(
    'is not logged for a cookie that is %s, however often it is sent',
    async (reason) => {
      const tokens: Record<string, string> = {
        forged,
        malformed: await sign([value]),
        expired: await sign([now - 5000, now - 5000, { a: value }]),
        duplicate: `x; ${cookieName}=x`,
      }
      const spies = (['log', 'info', 'warn', 'error', 'debug'] as const).map((method) =>
        vi.spyOn(console, method).mockImplementation(() => undefined),
      )
      const reasons: string[] = []
      const app = new Hono()
        .use(session({ secret, onReject: (reason) => void reasons.push(reason) }))
        .get('/', async (c) => c.json((await c.var.session()).entries()))
      const headers = { Cookie: `${cookieName}=${tokens[reason]}` }
      for (let i = 0; i < 3; i++) await app.request('/', { headers })
      expect(reasons).toEqual([reason, reason, reason])
      for (const spy of spies) expect(spy).not.toHaveBeenCalled()
    },
  )
})

/** A list that gets a Date only after `set()` has accepted it. */
function lateDate(value: string): unknown[] {
  const list: unknown[] = [value]
  queueMicrotask(() => list.push(new Date()))
  return list
}

describe('a key chosen by a visitor', () => {
  const key = 'a\n2026-11-23 ERROR \u001b[31mforged\u2028'

  it('cannot forge a log line in the message about a value that JSON cannot carry', async () => {
    const failed = await messageOf((session) =>
      session.set('cart', { [key]: undefined, b: [{ [key]: 1n }] }),
    )
    expect(failed).toContain('cart.b[0].a\ufffd2026')
    expect(failed).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}]+$/u)
  })

  it('cannot forge a log line in the message about a cookie that is too large', async () => {
    const failed = await messageOf((session) => session.set(key, 'x'.repeat(5000)))
    expect(failed).toContain('Largest keys, with their bytes: a\ufffd2026')
    expect(failed).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}]+$/u)
  })
})

async function messageOf(use: (session: Session) => void): Promise<string> {
  let message = ''
  const app = new Hono().use(session({ secret })).get('/', async (c) => {
    use(await c.var.session())
    return c.text('done')
  })
  app.onError((error, c) => {
    message = error.message
    return c.text('failed', 500)
  })
  await app.request('/')
  return message
}
