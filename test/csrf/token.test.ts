import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { at, start } from '../kit/clock.ts'
import { type Site, shop, shopper, visitShop } from '../kit/shop.ts'
import { cookieName, sign } from '../kit/tokens.ts'

beforeEach(() => {
  at(0)
})
afterEach(() => {
  vi.useRealTimers()
})

/** A browser with a session that has this data. */
async function holder(data: Record<string, unknown>, site: Site = shop()) {
  const visitor = visitShop(site)
  visitor.cookies.set(cookieName, await sign([start, start, data]))
  return visitor
}

function multipart(...parts: [name: string, value: string | Blob][]): RequestInit {
  const body = new FormData()
  for (const [name, value] of parts) body.append(name, value)
  return { body }
}

describe('csrf(): where the token is', () => {
  it('treats an empty header as a wrong one', async () => {
    const { visitor, token } = await shopper(shop())
    const headers = { 'X-CSRF-Token': '' }
    expect((await visitor.post('/buy', { csrf_token: token }, { headers })).status).toBe(403)
  })

  it('accepts it in the header', async () => {
    const { visitor, token } = await shopper(shop())
    const headers = { 'X-CSRF-Token': token }
    expect((await visitor.request('/buy', { method: 'POST', headers })).status).toBe(200)
  })

  it('accepts it in a urlencoded form', async () => {
    const { visitor, token } = await shopper(shop())
    expect((await visitor.post('/buy', { csrf_token: token })).status).toBe(200)
  })

  it('accepts it in a multipart form', async () => {
    const { visitor, token } = await shopper(shop())
    expect((await visitor.post('/buy', {}, multipart(['csrf_token', token]))).status).toBe(200)
  })

  it('checks the header first: a good field does not rescue a wrong header', async () => {
    const { visitor, token } = await shopper(shop())
    const post = (header: string, field: string) =>
      visitor.post('/buy', { csrf_token: field }, { headers: { 'X-CSRF-Token': header } })
    expect((await post('wrong', token)).status).toBe(403)
    expect((await post(token, 'wrong')).status).toBe(200)
  })

  it('refuses two tokens in the header', async () => {
    const { visitor, token } = await shopper(shop())
    const headers = { 'X-CSRF-Token': `${token}, ${token}` }
    expect((await visitor.post('/buy', {}, { headers })).status).toBe(403)
  })

  it('uses the last of repeated fields', async () => {
    const { visitor, token } = await shopper(shop())
    const post = (first: string, last: string) => {
      const body = new URLSearchParams([
        ['csrf_token', first],
        ['csrf_token', last],
      ])
      return visitor.post('/buy', {}, { body })
    }
    expect((await post('wrong', token)).status).toBe(200)
    expect((await post(token, 'wrong')).status).toBe(403)
  })

  it.each([
    ['the query', '/buy?csrf_token=TOKEN', '', 'application/x-www-form-urlencoded'],
    ['JSON', '/buy', '{"csrf_token":"TOKEN"}', 'application/json'],
    ['plain text', '/buy', 'csrf_token=TOKEN', 'text/plain'],
    ['a body without a type', '/buy', 'csrf_token=TOKEN', ''],
  ])('never reads it from %s', async (_, path, body, type) => {
    const { visitor, token } = await shopper(shop())
    const init = {
      body: new TextEncoder().encode(body.replace('TOKEN', token)),
      headers: type ? { 'Content-Type': type } : {},
    }
    expect((await visitor.post(path.replace('TOKEN', token), {}, init)).status).toBe(403)
  })

  it('never reads it from a cookie', async () => {
    const { visitor, token } = await shopper(shop())
    visitor.cookies.set('csrf_token', token)
    expect((await visitor.post('/buy')).status).toBe(403)
  })

  it('refuses a file in place of the field', async () => {
    const { visitor, token } = await shopper(shop())
    const file = multipart(['csrf_token', new File([token], 'token.txt')])
    const textThenFile = multipart(['csrf_token', token], ['csrf_token', new File([token], 'a')])
    expect((await visitor.post('/buy', {}, file)).status).toBe(403)
    expect((await visitor.post('/buy', {}, textThenFile)).status).toBe(403)
  })

  it.each([
    ['no boundary named', 'multipart/form-data', '--x\r\n'],
    ['an empty boundary', 'multipart/form-data; boundary=', '--\r\n'],
    ['no body', 'multipart/form-data; boundary=x', ''],
    ['another boundary', 'multipart/form-data; boundary=x', '--y\r\n\r\n\r\n--y--\r\n'],
    [
      'no end',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="a"',
    ],
    ['no part headers', 'multipart/form-data; boundary=x', '--x\r\n\r\n\r\n1\r\n--x--\r\n'],
    ['bytes that are not UTF-8', 'application/x-www-form-urlencoded', 'csrf_token=\xff%ff%zz'],
  ])('answers a malformed form with 403: %s', async (_, type, text) => {
    const { visitor } = await shopper(shop())
    const body = Uint8Array.from(text, (character) => character.charCodeAt(0))
    const response = await visitor.post('/buy', {}, { body, headers: { 'Content-Type': type } })
    expect(response.status).toBe(403)
  })

  it('leaves the form for the handler to read', async () => {
    const app = shop().post('/order', async (c) => c.json((await c.req.parseBody()).item))
    const { visitor, token } = await shopper(app)
    const form = { csrf_token: token, item: 'lamp' }
    expect(await (await visitor.post('/order', form)).json()).toBe('lamp')
  })
})

describe('csrf(): which token', () => {
  it.each([
    ['none', ''],
    ['latin-1', 'é\xff'],
    ['astral', '😀'.repeat(16)],
    ['a NUL', '\0'],
    ['a lone surrogate', '\ud800'],
    ['very long', 'A'.repeat(100_000)],
  ])('refuses a string that is no token: %s', async (_, text) => {
    const { visitor } = await shopper(shop())
    expect((await visitor.post('/buy', { csrf_token: text })).status).toBe(403)
  })

  it('refuses a token with any character changed, removed or added', async () => {
    const { visitor, token } = await shopper(shop())
    const wrong = [...token].flatMap((character, at) => {
      const [start, end] = [token.slice(0, at), token.slice(at + 1)]
      const others = [character === 'A' ? 'B' : 'A', character === '_' ? '-' : '_', '=', '', '_-']
      return others.map((other) => start + other + end)
    })
    wrong.push(`${token}=`, `${token}==`, ` ${token}`, `${token}A`, `${token}AAAA`)
    const statuses = new Set<number>()
    for (const text of wrong) {
      statuses.add((await visitor.post('/buy', { csrf_token: text })).status)
    }
    expect(wrong.length).toBeGreaterThan(300)
    expect([...statuses]).toEqual([403])
    expect((await visitor.post('/buy', { csrf_token: token })).status).toBe(200)
  })

  it("refuses the session's own token unmasked", async () => {
    const { visitor, kept } = await shopper(shop())
    const raw = String(kept())
    expect(raw.length).toBeGreaterThan(20)
    expect((await visitor.post('/buy', { csrf_token: raw })).status).toBe(403)
    expect((await visitor.post('/buy', { csrf_token: raw + raw })).status).toBe(403)
  })

  it('refuses the token of another session', async () => {
    const app = shop()
    const [mine, theirs] = [await shopper(app), await shopper(app)]
    expect((await mine.visitor.post('/buy', { csrf_token: theirs.token })).status).toBe(403)
    expect((await mine.visitor.post('/buy', { csrf_token: mine.token })).status).toBe(200)
  })

  it.each(['/regenerate', '/invalidate'])('refuses a token from before %s', async (path) => {
    const { visitor, token } = await shopper(shop())
    const fresh = await (await visitor.get(path)).text()
    expect((await visitor.post('/buy', { csrf_token: token })).status).toBe(403)
    expect((await visitor.post('/buy', { csrf_token: fresh })).status).toBe(200)
  })

  it('refuses a token whose session has timed out', async () => {
    const { visitor, token } = await shopper(shop())
    at(1201)
    expect((await visitor.post('/buy', { csrf_token: token })).status).toBe(403)
  })

  it('refuses every token if the session has none', async () => {
    const { token } = await shopper(shop())
    const visitor = await holder({ counter: 1 })
    for (const text of ['', 'undefined', 'null', 'AA', token]) {
      expect((await visitor.post('/buy', { csrf_token: text })).status).toBe(403)
    }
  })

  it.each([
    ['an empty text', ''],
    ['null', null],
    ['a number', 7],
    ['a list', ['a']],
  ])('makes a token if the session has %s in its place', async (_, kept) => {
    const visitor = await holder({ _csrft_: kept })
    expect((await visitor.post('/buy', { csrf_token: '' })).status).toBe(403)
    const token = await (await visitor.get('/token')).text()
    expect((await visitor.post('/buy', { csrf_token: '' })).status).toBe(403)
    expect((await visitor.post('/buy', { csrf_token: token })).status).toBe(200)
  })

  it('accepts a mask of a token that Pyramid made', async () => {
    const kept = '30d0bd5d0a9a1a0c9b2bd0b21ac23cbf2f5d2d25'
    const visitor = await holder({ _csrft_: kept })
    const token = await (await visitor.get('/token')).text()
    expect(visitor.setCookies).toEqual([])
    expect((await visitor.post('/buy', { csrf_token: token })).status).toBe(200)
    expect((await visitor.post('/buy', { csrf_token: kept })).status).toBe(403)
  })
})
