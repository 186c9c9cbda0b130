import { Hono } from 'hono'
import { describe, expect, it, vi } from 'vitest'
import { type DeviceBindingOptions, deviceBinding } from '../../src/session/device.ts'
import { type SessionOptions, session } from '../../src/session/index.ts'
import { browser } from '../../src/session/testing.ts'
import { secret } from '../kit/tokens.ts'

describe('deviceBinding()', () => {
  it.each<[string, object, string]>([
    ['an unknown option', { tll: 600 }, 'deviceBinding(): tll is not an option: remove it'],
    ['a ttl of 0', { ttl: 0 }, 'deviceBinding(): ttl is 0: give whole seconds'],
    ['a ttl of two days', { ttl: 172_800 }, 'deviceBinding(): ttl is 172800'],
    ['a ttl that is a string', { ttl: '600' }, 'deviceBinding(): ttl is a string'],
    ['a path without a slash', { path: 'x' }, 'deviceBinding(): path is malformed'],
    ['a path that would end its header', { path: '/a"' }, 'deviceBinding(): path is malformed'],
    ['a path with a slash at its end', { path: '/a/' }, 'deviceBinding(): path is malformed'],
  ])('refuses %s', (_, given, message) => {
    expect(() => deviceBinding(given as DeviceBindingOptions)).toThrow(message)
  })
})

describe('session({ device })', () => {
  const device = deviceBinding()

  it.each<[string, object, string]>([
    [
      'a domain',
      { cookie: { domain: 'example.com', prefix: 'secure' } },
      'device and cookie.domain: other subdomains could not renew the binding. Leave the domain out',
    ],
    ['partitions', { cookie: { partitioned: true } }, 'device and cookie.partitioned'],
    [
      'a path without the routes',
      { cookie: { path: '/shop', prefix: 'secure' } },
      'device and cookie.path: deviceBinding({ path }) is /.session, where the cookie is not sent',
    ],
    [
      'a path whose name is only the beginning',
      { cookie: { path: '/.ses', prefix: 'secure' } },
      'device and cookie.path',
    ],
    [
      'a second session on the same path',
      { as: 'admin', cookie: { name: 'admin' } },
      'device and as',
    ],
    ['no secret', { secret: undefined, codec: { encode: String, decode: String } }, 'secret'],
    ['what is no binding', { device: deviceBinding }, 'device is a function: give deviceBinding()'],
  ])('refuses %s', (_, given, message) => {
    const options = { secret, device, ...given } as SessionOptions
    expect(() => session(options)).toThrow(TypeError)
    expect(() => session(options)).toThrow(message)
  })

  it.each<[string, object]>([
    ['the path of its own', { cookie: { path: '/.session', prefix: 'secure' } }],
    ['a slash at the end of a path', { cookie: { path: '/.session/', prefix: 'secure' } }],
    ['a cookie over plain http', { cookie: { prefix: undefined, secure: false } }],
  ])('takes %s', (_, given) => {
    expect(() => session({ secret, device, ...given } as SessionOptions)).not.toThrow()
  })

  it('asks a secret that is a function once', async () => {
    const ask = vi.fn(async () => secret)
    const app = new Hono().use(session({ secret: ask, device })).get('/', async (c) => {
      const session = await c.var.session()
      session.regenerate()
      session.set('user', 'mary')
      return c.text('in')
    })
    const response = await browser(app).get('/')
    expect(response.headers.has('Secure-Session-Registration')).toBe(true)
    expect(ask).toHaveBeenCalledTimes(1)
  })

  it('shares its keys between requests where it is made in the options function', async () => {
    const ask = vi.fn(async () => secret)
    const app = new Hono()
      .use(session(() => ({ secret: ask, device: deviceBinding({ ttl: 300 }) })))
      .get('/', async (c) =>
        c.text(String((await c.var.session()).update('n', (n = 0) => Number(n) + 1))),
      )
    const visitor = browser(app)
    await visitor.request('/', {})
    expect(await (await app.request('/', {}, {})).text()).toBe('1')
    expect(await (await app.request('/', {}, {})).text()).toBe('1')
    expect(ask).toHaveBeenCalledTimes(1)
  })
})

describe('session.device', () => {
  it('is undefined without the option', async () => {
    const app = new Hono()
      .use(session({ secret }))
      .get('/', async (c) => c.text(String((await c.var.session()).device)))
    expect(await (await app.request('/')).text()).toBe('undefined')
  })
})
