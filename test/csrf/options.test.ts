import { Hono } from 'hono'
import { describe, expect, it, vi } from 'vitest'
import { type CsrfOptions, csrf } from '../../src/session/index.ts'
import { shop, shopper, visitShop } from '../kit/shop.ts'

const listed = 'https://admin.example'

describe('csrf(): options', () => {
  it.each([
    'admin.example',
    'https://admin.example/',
    'https://admin.example/path',
    'https://ADMIN.example',
    'https://admin.example:443',
    'https://user@admin.example',
    'https://*.admin.example',
    '.admin.example',
    '*',
    'null',
    '',
    'file://',
  ])('refuses %j in origins', (origin) => {
    expect(() => csrf({ origins: [listed, origin] })).toThrow(TypeError)
    expect(() => csrf({ origins: [listed, origin] })).toThrow(/origins/)
  })

  it.each([
    ['a string for a list of origins', { origins: listed }],
    ['an option that it does not know', { origin: [listed] }],
    ['a token that is neither on nor off', { token: null }],
    ['a header that has no name', { header: '' }],
    ['a header that cannot be sent', { header: 'X CSRF Token' }],
    ['a field that has no name', { field: '' }],
    ['a field with a line end in its name', { field: 'csrf\ntoken' }],
    ['an exempt that is no function', { exempt: '/hook' }],
    ['an onRefuse that is no function', { onRefuse: 'console' }],
    ['a maxFormSize that is no number', { maxFormSize: '1 MiB' }],
  ])('refuses %s', (_, options) => {
    expect(() => csrf(options as unknown as CsrfOptions)).toThrow(TypeError)
  })

  it.each([0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses %d for maxFormSize, and says what it must be',
    (maxFormSize) => {
      expect(() => csrf({ maxFormSize })).toThrow(RangeError)
      expect(() => csrf({ maxFormSize })).toThrow(
        `csrf(): maxFormSize is ${maxFormSize}: give whole`,
      )
    },
  )

  it.each(['capacitor://localhost', 'chrome-extension://abcdefgh'])(
    'accepts the origin of an app or extension: %s',
    async (origin) => {
      const { visitor, token } = await shopper(shop({ origins: [origin] }))
      const headers = { Origin: origin, 'X-CSRF-Token': token }
      expect((await visitor.post('/buy', {}, { headers })).status).toBe(200)
    },
  )

  it('reads the token from the configured header', async () => {
    const { visitor, token } = await shopper(shop({ header: 'X-XSRF-Token' }))
    const post = (headers: HeadersInit) => visitor.post('/buy', {}, { headers })
    expect((await post({ 'X-XSRF-Token': token })).status).toBe(200)
    expect((await post({ 'X-CSRF-Token': token })).status).toBe(403)
  })

  it('reads the token from the configured field', async () => {
    const { visitor, token } = await shopper(shop({ field: '_token' }))
    expect((await visitor.post('/buy', { _token: token })).status).toBe(200)
    expect((await visitor.post('/buy', { csrf_token: token })).status).toBe(403)
  })

  it('exempts the requests that `exempt` picks, and no others', async () => {
    const app = shop({ exempt: (c) => c.req.header('X-Hook-Signature') === 'good' })
    const post = (signature: string) =>
      visitShop(app).post('/buy', {}, { headers: { 'X-Hook-Signature': signature } })
    expect((await post('good')).status).toBe(200)
    expect((await post('bad')).status).toBe(403)
  })

  it('does not treat a promise from `exempt` as true', async () => {
    const exempt = (async () => false) as unknown as () => boolean
    expect((await visitShop(shop({ exempt })).post('/buy')).status).toBe(403)
  })

  it('requires session() to be mounted', async () => {
    const onError = vi.fn((_: Error) => new Response(null, { status: 500 }))
    const app = new Hono().use(csrf()).all('/buy', (c) => c.text('bought'))
    app.onError(onError)
    expect((await visitShop(app).get('/buy')).status).toBe(200)
    await visitShop(app).post('/buy')
    expect(onError.mock.lastCall?.[0]).toBeInstanceOf(TypeError)
    expect(onError.mock.lastCall?.[0].message).toContain('Mount session()')
  })
})
