import { describe, expect, it } from 'vitest'
import { storedShop } from '../kit/stored-shop.ts'
import { cookieName } from '../kit/tokens.ts'

describe('a request', () => {
  it.each<[string, string, number, string[]]>([
    ['OPTIONS', '/', 404, []],
    ['OPTIONS', '/cached', 404, []],
    ['TRACE', '/', 404, []],
    ['GET', '/nowhere', 404, []],
    ['POST', '/nowhere', 404, []],
    ['GET', '/free', 200, []],
    ['HEAD', '/', 200, ['get']],
  ])(
    '%s %s is answered with %i and makes the store calls %j',
    async (method, path, status, calls) => {
      const { app, known } = storedShop()
      const { visitor, cookie, asked } = await known()
      const request = new Request(`http://localhost${path}`, {
        headers: { Cookie: `${cookieName}=${cookie}` },
      })
      Object.defineProperty(request, 'method', { value: method })
      const response = await app.fetch(request)
      expect(response.status).toBe(status)
      expect(response.headers.getSetCookie()).toEqual([])
      expect(asked()).toEqual(calls)
      expect(await (await visitor.get('/')).json()).toEqual(['mary', ['Welcome.']])
    },
  )

  it('without a cookie never calls the store', async () => {
    const { app, known } = storedShop()
    const { asked } = await known()
    for (let i = 0; i < 100; i++) {
      const response = await app.request('/')
      expect(response.headers.getSetCookie()).toEqual([])
    }
    expect(asked()).toEqual([])
  })
})

describe('an id outside the cookie', () => {
  const ways: [string, (value: string) => [string, RequestInit]][] = [
    ['in the query', (value) => [`/?${cookieName}=${value}&session=${value}&sid=${value}`, {}]],
    ['in the path', (value) => [`/;${cookieName}=${value}`, {}]],
    ['in X-Session', (value) => ['/', { headers: { 'X-Session': value, 'X-Session-Id': value } }]],
    ['in a header of its name', (value) => ['/', { headers: { [cookieName]: value } }]],
    ['in Authorization', (value) => ['/', { headers: { Authorization: `Bearer ${value}` } }]],
    ['in Set-Cookie', (value) => ['/', { headers: { 'Set-Cookie': `${cookieName}=${value}` } }]],
    ['in Cookie2', (value) => ['/', { headers: { Cookie2: `${cookieName}=${value}` } }]],
    [
      'in a form',
      (value) => {
        const body = new URLSearchParams({ [cookieName]: value, session: value })
        return ['/post', { method: 'POST', body }]
      },
    ],
  ]

  it.each(ways)('is ignored: %s', async (_, way) => {
    const { app, known } = storedShop()
    const { id, cookie, asked } = await known()
    for (const value of [cookie, id]) {
      const response = await app.request(...way(value))
      expect(await response.text()).not.toContain('mary')
      expect(response.headers.getSetCookie()).toEqual([])
    }
    expect(asked()).toEqual([])
    const honored = await app.request('/', { headers: { Cookie: `${cookieName}=${cookie}` } })
    expect(await honored.text()).toContain('mary')
  })
})
