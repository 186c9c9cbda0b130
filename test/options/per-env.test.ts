import { Hono } from 'hono'
import { env } from 'hono/adapter'
import { describe, expect, it, vi } from 'vitest'
import { signedCodec } from '../../src/session/codecs/signed.ts'
import { type SessionOptions, session } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { browser } from '../../src/session/testing.ts'
import { otherSecret, secret } from '../kit/tokens.ts'

/** Counts the keys that are derived while `work` runs. */
async function keysDerived(work: () => Promise<unknown>): Promise<number> {
  const derive = vi.spyOn(crypto.subtle, 'deriveBits')
  try {
    await work()
    return derive.mock.calls.length
  } finally {
    derive.mockRestore()
  }
}

/** Visits an app ten times, each time with another `c.env`, as on Node. */
async function visits(make: () => SessionOptions) {
  const app = new Hono().use(session(() => make())).get('/', async (c) => {
    const session = await c.var.session()
    return c.text(`${session.update('n', (n) => Number(n ?? 0) + 1)}`)
  })
  const visitor = browser({ request: (path, init) => app.request(path, init, {}) })
  let text = ''
  for (let i = 0; i < 10; i++) text = await (await visitor.get('/')).text()
  return text
}

describe('options from the context, with another c.env at each request', () => {
  const store = memoryStore()
  const onReject = () => {}
  const [old, older] = [signedCodec(otherSecret, 'old'), signedCodec(otherSecret, 'older')]
  it.each<[string, () => SessionOptions]>([
    ['a secret', () => ({ secret })],
    ['a list of secrets', () => ({ secret: [secret, otherSecret] })],
    ['a cookie', () => ({ secret, cookie: { name: 'account', sameSite: 'Strict' } })],
    ['remember', () => ({ secret, remember: { timeout: 60, lifetime: 600 } })],
    ['a store and a function made outside', () => ({ secret, store, onReject })],
    ['a list of codecs made outside', () => ({ secret, codec: [old, older] })],
    [
      'options that are undefined',
      () => ({ secret: [secret, undefined], timeout: undefined }) as never,
    ],
  ])('share their keys and caches if they are equal: %s', async (_, make) => {
    expect(await keysDerived(async () => expect(await visits(make)).toBe('10'))).toBe(1)
  })

  it.each<[string, () => SessionOptions]>([
    ['a function made inside', () => ({ secret, onReject: () => {} })],
    ['another number', () => ({ secret, timeout: counter++ })],
    ['another attribute', () => ({ secret, cookie: { maxAge: counter++ } })],
    ['another length of the list', () => ({ secret: Array(counter++ - 590).fill(secret) })],
    ['a store made inside', () => ({ secret, store: memoryStore() })],
    ['a codec made inside', () => ({ secret, codec: [signedCodec(otherSecret, 'old')] })],
  ])('share nothing if they differ: %s', async (_, make) => {
    expect(await keysDerived(() => visits(make))).toBe(10)
  })
  let counter = 600

  it('take a new secret at once', async () => {
    let current = secret
    const app = new Hono().use(session(() => ({ secret: current }))).get('/', async (c) => {
      const session = await c.var.session()
      return c.text(`${session.update('n', (n) => Number(n ?? 0) + 1)}`)
    })
    const visitor = browser({ request: (path, init) => app.request(path, init, {}) })
    expect(await (await visitor.get('/')).text()).toBe('1')
    current = otherSecret
    expect(await (await visitor.get('/')).text()).toBe('1') // the old one is forged now
    expect(await (await visitor.get('/')).text()).toBe('2')
  })

  it('are asked for once for the same c.env', async () => {
    const make = vi.fn(() => ({ secret }))
    const app = new Hono().use(session(make)).get('/', (c) => c.text('page'))
    const bindings = {}
    for (let i = 0; i < 3; i++) await app.request('/', {}, bindings)
    expect(make).toHaveBeenCalledTimes(1)
  })

  it("work with Hono's env()", async () => {
    const app = new Hono()
      .use(session((c) => ({ secret: env<{ SECRET: string }>(c, 'workerd').SECRET })))
      .get('/', async (c) => c.text(`${(await c.var.session()).new}`))
    expect(await (await app.request('/', {}, { SECRET: secret })).text()).toBe('true')
  })

  it.each<[string, () => Promise<unknown>]>([
    ['a promise', async () => ({ secret })],
    ['a promise that rejects', () => Promise.reject(new Error('no secrets store'))],
  ])('are a TypeError if they are %s, which says what to do instead', async (_, make) => {
    const failures: unknown[] = []
    const app = new Hono().use(session(make as never)).get('/', async (c) => {
      await (c as unknown as { var: { session(): Promise<unknown> } }).var.session()
      return c.text('page')
    })
    app.onError((error, c) => {
      failures.push(error)
      return c.text('failed', 500)
    })
    await app.request('/')
    expect(failures).toEqual([
      new TypeError('session(): the options are a promise: make `secret` the async function'),
    ])
  })
})

describe('a secret that is a function', () => {
  const visitors = (given: SessionOptions['secret']) => {
    const app = new Hono().use(session({ secret: given as never })).get('/', async (c) => {
      const session = await c.var.session()
      return c.text(`${session.update('n', (n) => Number(n ?? 0) + 1)}`)
    })
    const failures: unknown[] = []
    app.onError((error, c) => {
      failures.push(error)
      return c.text('failed', 500)
    })
    return { app, failures, visitor: browser(app) }
  }

  it.each<[string, () => string | Promise<string>]>([
    ['a string', () => secret],
    ['a promise', async () => secret],
  ])('is asked once, and may return %s', async (_, answer) => {
    const ask = vi.fn(answer)
    const { app, visitor } = visitors(ask)
    expect(ask).not.toHaveBeenCalled()
    await Promise.all(Array.from({ length: 20 }, () => app.request('/')))
    await visitor.get('/')
    expect(await (await visitor.get('/')).text()).toBe('2')
    expect(ask).toHaveBeenCalledTimes(1)
  })

  it('signs what the same string verifies, first or later in the list', async () => {
    const first = visitors(async () => secret).visitor
    await first.get('/')
    const second = visitors([otherSecret, undefined, async () => secret]).visitor
    for (const [name, value] of first.cookies) second.cookies.set(name, value)
    expect(await (await second.get('/')).text()).toBe('2')
  })

  it('is asked again after a failure', async () => {
    const ask = vi.fn<() => Promise<string>>()
    ask.mockRejectedValueOnce(new Error('no secrets store')).mockResolvedValue(secret)
    const { visitor, failures } = visitors(ask)
    expect((await visitor.get('/')).status).toBe(500)
    expect(failures).toEqual([new Error('no secrets store')])
    expect(await (await visitor.get('/')).text()).toBe('1')
  })

  it('fails all requests that wait for it at once, and is asked once for them', async () => {
    const ask = vi.fn(async () => {
      await new Promise((resolve) => setTimeout(resolve, 50))
      throw new Error('no secrets store')
    })
    const { app, failures } = visitors(ask)
    const begun = performance.now()
    await Promise.all(Array.from({ length: 10 }, () => app.request('/')))
    expect(failures).toEqual(Array.from({ length: 10 }, () => new Error('no secrets store')))
    expect(ask).toHaveBeenCalledTimes(1)
    expect(performance.now() - begun).toBeLessThan(400)
  })

  it.each<[string, () => never]>([
    [
      'throws',
      () => {
        throw new Error('no secrets store')
      },
    ],
  ])('may fail at once: it %s', async (_, ask) => {
    const { visitor, failures } = visitors(ask)
    expect((await visitor.get('/')).status).toBe(500)
    expect(failures).toEqual([new Error('no secrets store')])
  })

  it('is not asked before something is signed or verified', async () => {
    const ask = vi.fn(() => secret)
    const app = new Hono().use(session({ secret: ask })).get('/', async (c) => {
      const session = await c.var.session()
      return c.text(`${session.get('n')} ${session.popFlash()}`)
    })
    await app.request('/')
    expect(ask).not.toHaveBeenCalled()
  })

  it('is checked when it answers', async () => {
    for (const answer of ['short', undefined, 'a'.repeat(40)]) {
      const { visitor, failures } = visitors(async () => answer)
      await visitor.get('/')
      expect(failures).toEqual([expect.any(TypeError)])
      expect(String(failures[0])).toMatch(/^TypeError: session\(\): secret /)
      expect(String(failures[0])).not.toContain('short.')
    }
  })

  it('is asked again by another request if the first one has gone silent', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] }) // its intervals stop
    try {
      const ask = vi.fn<() => Promise<string>>()
      ask.mockReturnValueOnce(new Promise(() => {})).mockResolvedValue(secret)
      const { app } = visitors(ask)
      void app.request('/')
      const second = app.request('/')
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(ask).toHaveBeenCalledTimes(1)
      vi.setSystemTime(Date.now() + 600)
      expect(await (await second).text()).toBe('1')
      expect(ask).toHaveBeenCalledTimes(2)
    } finally {
      vi.useRealTimers()
    }
  })
})
