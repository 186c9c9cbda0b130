import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { secureHeaders } from 'hono/secure-headers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createApp } from '../../src/app/app.tsx'
import worker from '../../src/index.tsx'
import { StoreError } from '../../src/session/index.ts'
import { visitSite } from '../kit/workers/site.ts'

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0)

describe('the counter', () => {
  it('counts each visit', async () => {
    const { count } = visitSite()
    expect([await count('/'), await count('/'), await count('/')]).toEqual([1, 2, 3])
  })

  it('is shared by both views', async () => {
    const { read } = visitSite()
    const home = await read('/')
    expect(home).toContain('<h1>Hi Home View</h1>')
    expect(home).toContain('<title>Home View · edge-session</title>')
    expect(home).toContain('<p>Count: 1</p>')
    const hello = await read('/howdy')
    expect(hello).toContain('<h1>Hi Hello View</h1>')
    expect(hello).toContain('<title>Hello View · edge-session</title>')
    expect(hello).toContain('<p>Count: 2</p>')
  })

  it('continues after a restart or a redeploy with the same secret', async () => {
    const before = visitSite(createApp(), { ...env })
    await before.count('/')
    const after = visitSite(createApp(), { ...env })
    for (const [name, value] of before.cookies) after.cookies.set(name, value)
    expect(await after.count('/howdy')).toBe(2)
  })

  it('starts again under another secret', async () => {
    const before = visitSite()
    await before.count('/')
    const after = visitSite(createApp(), { SESSION_SECRET: 'another-secret-of-more-than-32-bytes' })
    for (const [name, value] of before.cookies) after.cookies.set(name, value)
    expect(await after.count('/')).toBe(1)
  })

  it('is not incremented by HEAD or by other pages', async () => {
    const { count, get, request } = visitSite()
    await count('/')
    expect((await request('/', { method: 'HEAD' })).status).toBe(200)
    for (const page of ['/cart', '/session', '/nowhere']) await get(page)
    expect(await count('/')).toBe(2)
  })

  it("is served by the Worker's entry", async () => {
    expect(await visitSite(worker).count('/')).toBe(1)
  })
})

describe('the cart', () => {
  it('adds an item, redirects with 303, and shows one message', async () => {
    const { submit, read } = visitSite()
    const { answer, page } = await submit('/cart', '/cart', { item: 'Red apples' })
    expect(answer.status).toBe(303)
    expect(page).toMatch(/role="status".*Added “Red apples”\./s)
    expect(page).toContain('That was a flash message: it waited in your session for one page.')
    expect(page).toContain('Red apples')
    const again = await read('/cart')
    expect(again).not.toContain('Added “')
    expect(again).toContain('Shown once, then removed from your session.')
    expect(again).toContain('Red apples')
  })

  it.each([
    ['an empty', ''],
    ['a blank', ' \t\n '],
    ['an invisible', '\u200b\u2060'],
    ['an over-long', 'x'.repeat(81)],
  ])('refuses %s item with an alert and adds nothing', async (_, item) => {
    const { submit } = visitSite()
    const { answer, page } = await submit('/cart', '/cart', { item })
    expect(answer.status).toBe(303)
    expect(page).toContain('role="alert"')
    expect(page).toContain('Your cart is empty')
  })

  it('accepts an item of 80 characters', async () => {
    const { page } = await visitSite().submit('/cart', '/cart', { item: 'x'.repeat(80) })
    expect(page).toContain('Added “')
  })

  it('removes one of two equal items', async () => {
    const { submit } = visitSite()
    await submit('/cart', '/cart', { item: 'tea' })
    const two = await submit('/cart', '/cart', { item: 'tea' })
    expect(two.page).toMatch(/<span dir="auto">tea<\/span><span class="amount"> × 2</)
    const { page } = await submit('/cart', '/cart/remove', { item: 'tea' })
    expect(page).toContain('Removed “tea”.')
    expect(page).toContain('Your items (1)')
    expect(page).not.toContain(' × ')
  })

  it('reports that there is no such item to remove', async () => {
    const { page } = await visitSite().submit('/cart', '/cart/remove', { item: 'ghost' })
    expect(page).toMatch(/role="alert".*There is no such item\./s)
  })

  it.each([
    ['Chinese', '茶'.repeat(80)],
    ['emoji', '🍵'.repeat(40)],
    ['quotes', '"'.repeat(80)],
    ['control characters', 'x\u0001'.repeat(40)],
  ])('fills up with %s but never outgrows the cookie', async (_, item) => {
    const { submit, cookies } = visitSite()
    let page = ''
    for (let i = 0; i < 40 && !page.includes('Your cart is full:'); i++) {
      const sent = await submit('/cart', '/cart', { item })
      expect(sent.answer.status).toBe(303)
      page = sent.page
    }
    expect(page).toContain('Your cart is full:')
    expect((cookies.get('__Host-session') ?? '').length).toBeGreaterThan(2000)
  })

  it('escapes what a visitor typed', async () => {
    const { page } = await visitSite().submit('/cart', '/cart', {
      item: `<img src=x onerror="a()">'`,
    })
    expect(page).not.toContain('<img src=x')
    expect(page).toContain('&lt;img src=x onerror=&quot;a()&quot;&gt;')
  })

  it('keeps one of each message while they are unread', async () => {
    const site = visitSite()
    const csrf_token = await site.token('/cart')
    for (let i = 0; i < 20; i++) {
      await site.post('/cart', { item: '', csrf_token })
      await site.post('/cart', { item: 'tea', csrf_token })
    }
    const page = await site.read('/cart')
    expect(page.match(/>Enter an item to add\.</g)).toHaveLength(1)
    expect(page.match(/>Added “tea”\.</g)).toHaveLength(1)
  })

  it('repeats the message in the title, which screen readers read first', async () => {
    const { page } = await visitSite().submit('/cart', '/cart', { item: 'tea' })
    expect(page).toContain('<title>Added “tea”. – Cart · edge-session</title>')
  })
})

describe('the inspector', () => {
  it('accounts for every byte of the cookie', async () => {
    const { count, read, cookies } = visitSite()
    await count('/')
    const cookie = cookies.get('__Host-session') ?? ''
    const page = await read('/session')
    const [payload, signature] = cookie.split('.')
    const size = '__Host-session'.length + cookie.length
    expect(page).toContain(`<strong>${size}</strong> of 4,096 bytes`)
    expect(page).toContain(`Your browser sent this cookie: ${size} bytes.`)
    const widths = (part: string) =>
      [
        ...(page.split(`<g class="${part}">`)[1]?.split('</g>')[0] ?? '').matchAll(
          / width="([\d.]+)%"/g,
        ),
      ].map(([, width]) => Number(width))
    expect(widths('whole')).toHaveLength(4)
    expect(sum(widths('whole'))).toBeCloseTo((size / 4096) * 100)
    expect(sum(widths('magnified'))).toBeCloseTo(100)
    const [, token = ''] = /<pre class="token"[^>]*>(.*?)<\/pre>/s.exec(page) ?? []
    const stretches = [...token.matchAll(/<span class="k-([\w-]+)"><sup>\d<\/sup>([^<]*)</g)]
    expect(stretches.map(([, kind]) => kind)).toEqual(['name', 'times', 'data-0', 'signature'])
    expect(stretches[1]?.[2] + (stretches[2]?.[2] ?? '')).toBe(payload)
    expect(page).not.toContain(signature)
  })

  it("shows the session's CSRF token in no encoding", async () => {
    const { read, count, cookies } = visitSite()
    for (let counter = 9; counter <= 11; counter++) {
      for (let i = 0; i < (counter === 9 ? 9 : 1); i++) await count('/') // it moves in the payload
      await read('/session')
      const [payload = ''] = (cookies.get('__Host-session') ?? '').split('.')
      const text = atob(payload.replaceAll('-', '+').replaceAll('_', '/'))
      const [, secret] = /"_csrft_":"([^"]+)"/.exec(text) ?? []
      const page = await read('/session')
      expect(page).toContain('(hidden)')
      expect(page).not.toContain(secret)
      const start = page.match(/<span class="k-data-0"><sup>3<\/sup>([\w-]+)</)?.[1] ?? ''
      expect(payload).toContain(start)
      // Nor its neighbors: what they show ends before the token begins.
      const at = text.indexOf(String(secret))
      expect(payload.indexOf(start) + start.length).toBeLessThanOrEqual((at * 4) / 3)
    }
  })

  it('escapes characters that would change the reading direction', async () => {
    const { submit, read } = visitSite()
    await submit('/cart', '/cart', { item: 'live \u202etxt.exe' })
    const page = await read('/session')
    expect(page).toContain('live \\u202etxt.exe')
    expect(page).not.toContain('\u202e')
  })

  it('shows the cookie that the library read, not a similar one', async () => {
    const { count, request, cookies } = visitSite()
    await count('/')
    const Cookie = `__Host-session =bm90IGpzb24.x; __Host-session=${cookies.get('__Host-session')}`
    const answer = await request('/session', { headers: { Cookie } })
    expect(answer.status).toBe(200)
    expect(await answer.text()).toMatch(/<th scope="row">counter<\/th>/)
  })

  it('shows how long the session has left, idle and in total', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 })
    const { count, read } = visitSite()
    await count('/')
    vi.setSystemTime(1_700_001_000_000)
    await count('/')
    vi.setSystemTime(1_700_001_100_000)
    const page = await read('/session')
    expect(page).toContain('20 min left') // this page makes a CSRF token, and so is written
    const again = await read('/session')
    expect(again).toContain('20 min left')
    vi.setSystemTime(1_700_001_200_000)
    const later = await read('/session') // only reads, and is not due to be written again
    expect(later).toContain('18 min 20 s left')
    expect(later).toContain('<rect class="left" width="1100"')
    expect(later).toContain('datetime="2023-11-14T22:51:40.000Z"') // 20 min after the last write
    expect(page).toContain('7 h 41 min left')
    expect(page).toContain('<rect class="left" width="27700"')
    expect(page).toContain('datetime="2023-11-15T06:13:20.000Z"') // 8 h after the first
  })

  it('works without a cookie, and with a forged one', async () => {
    const { get, cookies } = visitSite()
    expect((await get('/session')).status).toBe(200)
    cookies.set('__Host-session', 'WzEsMSx7fV0.forged')
    expect((await get('/session')).status).toBe(200)
  })

  it('resets the counter and keeps the cart', async () => {
    const { count, submit } = visitSite()
    await count('/')
    await submit('/cart', '/cart', { item: 'tea' })
    const { answer, page } = await submit('/session', '/session/reset')
    expect(answer.status).toBe(303)
    expect(page).toContain('The counter is back to zero.')
    expect(page).toContain('tea')
    expect(await count('/')).toBe(1)
  })

  it('regenerates: the data stays, and earlier forms are refused', async () => {
    const { count, submit, token, post } = visitSite()
    await count('/')
    const old = await token('/cart')
    const { page } = await submit('/session', '/session/regenerate')
    expect(page).toContain('Your session has a new identity.')
    expect((await post('/cart', { item: 'tea', csrf_token: old })).status).toBe(403)
    expect(await count('/')).toBe(2)
  })

  it('invalidates everything', async () => {
    const { count, submit } = visitSite()
    await count('/')
    await submit('/cart', '/cart', { item: 'tea' })
    const { page } = await submit('/session', '/session/invalidate')
    expect(page).toContain('Your session was forgotten.')
    expect(page).not.toContain('tea')
    expect(await count('/')).toBe(1)
  })
})

describe('forms', () => {
  const actions = ['/cart', '/cart/remove', '/session/reset', '/session/regenerate']

  it.each([...actions, '/session/invalidate'])(
    '%s refuses a request without a token',
    async (path) => {
      const { post, read } = visitSite()
      await read('/cart')
      const answer = await post(path, { item: 'tea' })
      expect(answer.status).toBe(403)
      expect(await answer.text()).toContain('<h1>Not accepted</h1>')
      expect(await read('/cart')).not.toContain('tea')
    },
  )

  it('survive a body that contradicts its content type', async () => {
    const site = visitSite()
    const init = {
      method: 'POST',
      body: 'no multipart at all',
      headers: {
        'Content-Type': 'multipart/form-data; boundary=x',
        'X-CSRF-Token': await site.token('/cart'),
      },
    }
    expect((await site.request('/cart', init)).status).toBe(303)
    expect(await site.read('/cart')).toContain('Enter an item to add.')
  })

  it('survive a file in the place of a string', async () => {
    const site = visitSite()
    const body = new FormData()
    body.set('csrf_token', await site.token('/cart'))
    body.set('item', new File(['tea'], 'tea.txt'))
    expect((await site.request('/cart', { method: 'POST', body })).status).toBe(303)
  })
})

describe('the frame', () => {
  it.each(['/', '/howdy', '/cart', '/session'])('marks %s as the current page', async (path) => {
    const page = await visitSite().read(path)
    expect(page.match(/aria-current/g)).toHaveLength(1)
    expect(page).toContain(`<a href="${path}" aria-current="page">`)
  })

  it('draws a count in fives, and fifties in boxes', async () => {
    const { count, read } = visitSite()
    for (let visits = 0; visits < 6; visits++) await count('/')
    const seven = await read('/')
    expect(seven.match(/<path class="fifth"/g)).toHaveLength(1)
    expect(seven.match(/<path (class="newest" )?d="M\d+ 5 /g)).toHaveLength(6)
    expect(seven.match(/class="newest"/g)).toHaveLength(1)
    for (let visits = 7; visits < 48; visits++) await count('/')
    expect((await read('/')).match(/class="fifth"/g)).toHaveLength(9)
    const fifty = await read('/')
    expect(fifty).toContain('<div class="tally" aria-hidden="true"><b>50</b></div>')
    expect(fifty).not.toContain('fifth')
  })
})

describe('error pages', () => {
  it('answer 404 in the frame of the site, without opening a session', async () => {
    const answer = await visitSite().get('/nowhere')
    expect(answer.status).toBe(404)
    expect(await answer.text()).toMatch(/<nav.*<h1>Not found<\/h1>/s)
    expect(answer.headers.get('Set-Cookie')).toBeNull()
    expect(answer.headers.get('Vary')).toBeNull()
  })

  it.each(['/cart/', '/session/', '//'])(
    'answer 404 to %s: each page has one address',
    async (path) => {
      const answer = await visitSite().get(path)
      expect(answer.status).toBe(404)
      expect(answer.headers.get('X-Frame-Options')).toBe('DENY')
      expect((await visitSite().request(path, { method: 'DELETE' })).status).toBe(404)
    },
  )

  it('answer 404 if a page exists but its subject does not', async () => {
    const app = createApp()
    app.get('/items/:id', (c) => c.notFound())
    expect((await app.request('/items/7', {}, env)).status).toBe(404)
    expect((await app.request('/items/7', { method: 'POST' }, env)).status).toBe(405)
  })

  it.each([
    ['POST', '/', 'GET, HEAD'],
    ['DELETE', '/cart', 'GET, HEAD, POST'],
    ['GET', '/cart/remove', 'POST'],
    ['PUT', '/session', 'GET, HEAD'],
  ])('answer 405 to %s %s, with the methods that are allowed', async (method, path, allowed) => {
    const answer = await visitSite().request(path, { method })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('Allow')).toBe(allowed)
    expect(await answer.text()).toMatch(/<nav.*<h1>Not possible<\/h1>/s)
  })

  it('answer 500 and log the error, which the visitor does not see', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const app = createApp()
    app.get('/broken', () => {
      throw new Error('the engine is on fire')
    })
    const answer = await visitSite(app).get('/broken')
    const page = await answer.text()
    expect(answer.status).toBe(500)
    expect(page).toMatch(/<nav.*<h1>Something broke<\/h1>/s)
    expect(page).not.toContain('fire')
    expect(log.mock.calls.join()).toContain('the engine is on fire')
  })

  it.each([
    ['a store that failed', () => new StoreError('no answer')],
    ['an exception of Hono', () => new HTTPException(503)],
  ])('answer 503 for %s', async (_, fault) => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const app = createApp()
    app.get('/down', () => {
      throw fault()
    })
    const answer = await visitSite(app).get('/down')
    expect(answer.status).toBe(503)
    expect(await answer.text()).toMatch(/<nav.*<h1>Not available<\/h1>/s)
  })

  it.each([
    ['missing', {}],
    ['empty', { SESSION_SECRET: '' }],
  ])('answer 500 if the secret is %s, and log how to set it', async (_, bindings) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const answer = await visitSite(createApp(), bindings).get('/')
    expect(answer.status).toBe(500)
    expect(await answer.text()).not.toContain('SESSION_SECRET')
    expect(log.mock.calls).toEqual([
      ['SESSION_SECRET is not set. Set it with: npx wrangler secret put SESSION_SECRET'],
    ])
  })

  it('answer 500 if the secret is weak, without logging it', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const answer = await visitSite(createApp(), { SESSION_SECRET: 'itsaseekreet' }).get('/')
    expect(answer.status).toBe(500)
    expect(log.mock.calls.join()).toContain('secret has 12 bytes')
    expect(log.mock.calls.join()).not.toContain('itsaseekreet')
  })
})

describe('every response', () => {
  it.each(['/', '/howdy', '/cart', '/session', '/nowhere'])(
    'of %s has strict headers',
    async (path) => {
      const { headers } = await visitSite().get(path)
      expect(headers.get('Content-Security-Policy')?.split('; ')).toEqual([
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ])
      expect(headers.get('Referrer-Policy')).toBe('strict-origin-when-cross-origin')
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
      expect(headers.get('Permissions-Policy')).toBe('camera=(), geolocation=(), microphone=()')
      const [, maxAge] = /max-age=(\d+)/.exec(headers.get('Strict-Transport-Security') ?? '') ?? []
      expect(Number(maxAge)).toBeGreaterThanOrEqual(31_536_000)
    },
  )

  it("has every header of Hono's secureHeaders()", async () => {
    const usual = await new Hono().use(secureHeaders()).request('/')
    const { headers } = await visitSite().get('/')
    expect([...headers.keys()]).toEqual(expect.arrayContaining([...usual.headers.keys()]))
  })

  it.each(['/', '/cart', '/session'])('of %s stays out of shared caches', async (path) => {
    const { headers } = await visitSite().get(path)
    expect(headers.get('Cache-Control')).toBe('private, no-store')
    expect(headers.get('Vary')).toBe('Cookie')
  })
})
