import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createApp } from '../../src/app/app.tsx'
import { sealSession } from '../../src/session/testing.ts'
import { visitSite } from '../kit/workers/site.ts'

beforeAll(() => applyD1Migrations(env.SESSIONS_DB, env.MIGRATIONS))
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const own = { 'Sec-Fetch-Site': 'same-origin', Origin: 'http://localhost' }

/** What a page shows of a comparison: `+`, `−` or nothing before each key. */
function rows(page: string, heading: string): string[] {
  const [, table = ''] = new RegExp(`<h2>${heading}</h2>(.*?)</table>`, 's').exec(page) ?? []
  return [...table.matchAll(/<th scope="row">(.*?)<\/th>/gs)].map(([, cell = '']) =>
    cell.replace(/<span class="unseen">.*?<\/span>/, '').replace(/<[^>]+>/g, ''),
  )
}

describe('the home page', () => {
  it('says how often the visitor has been here, and draws the session that says so', async () => {
    const { read } = visitSite()
    const first = await read('/')
    expect(first).toContain('The server remembers you.')
    expect(first).toContain('you have been here <strong>once</strong>')
    expect(first).toContain('sends no cookie yet')
    const second = await read('/')
    expect(second).toContain('<strong>twice</strong>')
    expect(second).toMatch(/sends \d+ bytes<b class="k-data-0">counter: 1</)
    expect(second).toMatch(/gets back \d+ bytes<b class="k-data-0">counter: 2</)
    expect(await read('/')).toContain('<strong>3 times</strong>')
  })

  it('draws an id in the cookie and the data on the server if there is a store', async () => {
    const { read } = visitSite(createApp(), { ...env, SESSION_STORE: 'durable-object' })
    await read('/')
    const page = await read('/')
    expect(page).toContain('an id, and nothing else')
    expect(page).toMatch(/looks the id up in its store.*counter: 2/s)
    expect(page).toContain('keeps its cookie')
  })
})

describe('the inspector', () => {
  it('draws the cookie that a first visit gets, byte by byte', async () => {
    const { get, cookies } = visitSite()
    const page = await (await get('/session')).text()
    expect(page).toContain('This is your first visit')
    const size = '__Host-session'.length + (cookies.get('__Host-session') ?? '').length
    expect(page).toContain(`<strong>${size}</strong> of 4,096 bytes`)
    expect(rows(page, 'What it gets back')).toEqual(['+CSRF token'])
  })

  it('shows a flash message leave the session that shows it', async () => {
    const { count, read, submit } = visitSite()
    await count('/')
    const { page } = await submit('/session', '/session/regenerate')
    expect(rows(page, 'What your browser sent')).toContain('Flash messages')
    expect(rows(page, 'What it gets back')).toContain('−Flash messages')
    expect(page).toContain('A flash message is removed as soon as a page shows it.')
    const after = await read('/session')
    expect(rows(after, 'What it gets back')).toEqual(rows(after, 'What your browser sent'))
    expect(after).toContain('Nothing changed, so nothing is written and no cookie is sent.')
  })

  it('gives a key the same color wherever it is drawn, whatever else is there', async () => {
    const { count, read, submit } = visitSite()
    await submit('/cart', '/cart', { item: 'tea' })
    const classOf = async () =>
      /<tr class="(k-data-\d) same"><th scope="row">cart</.exec(await read('/session'))?.[1]
    const before = await classOf()
    await count('/')
    expect(await classOf()).toBe(before)
    expect(before).toMatch(/^k-/)
  })

  it.each([
    ['with another signature', 'WzEsMSx7fV0.forged', 'its signature does not match'],
    ['twice', 'a.b; __Host-session=c.d', 'sent two session cookies'],
  ])('says why a cookie that came %s was refused, once', async (_, value, why) => {
    const { cookies, read } = visitSite()
    cookies.set('__Host-session', value)
    expect(await read('/session')).toContain(why)
    expect(await read('/session')).not.toContain('class="notice"')
  })

  it('tells the browser of a session that was ended so, once', async () => {
    const { cookies, read } = visitSite()
    const old = Math.floor(Date.now() / 1000) - 5000
    const options = { secret: env.SESSION_SECRET }
    const header = await sealSession({ counter: 7 }, options, { renewed: old })
    cookies.set('__Host-session', header.slice(header.indexOf('=') + 1))
    expect(await read('/')).toContain('Your last session is over')
    expect(await read('/')).not.toContain('Your last session is over')
  })

  it('refuses what was forged, accepts what was not, and keeps what was typed', async () => {
    const { submit, read } = visitSite()
    const payload = '{"counter":3,"role":"admin"}'
    const forged = await submit('/session', '/session/break', { payload })
    expect(forged.page).toContain('the signature does not match')
    expect(forged.page).toContain('(reason: forged)')
    expect(forged.page).toContain('{&quot;counter&quot;:3,&quot;role&quot;:&quot;admin&quot;}')
    const same = await submit('/session', '/session/break', {
      payload: '{"counter":3,"role":"visitor"}',
    })
    expect(same.page).toContain('Accepted: you changed nothing')
    expect(await read('/session')).not.toContain('Accepted')
  })

  it.each(['$&', '$1', 'no json', '', '\u0000', '€'.repeat(300), '\ud800'])(
    'survives %j as a payload',
    async (payload) => {
      const { submit } = visitSite()
      const { answer, page } = await submit('/session', '/session/break', { payload })
      expect(answer.status).toBe(303)
      expect(page).toMatch(/Refused|Accepted/)
    },
  )
})

describe('a form of the site that is out of date', () => {
  const actions: [string, Record<string, string>][] = [
    ['/cart', { item: 'tea & "milk"' }],
    ['/cart/remove', { item: 'tea' }],
    ['/session/login', { name: 'Mary', remember: 'yes' }],
    ['/session/reset', {}],
    ['/session/break', { payload: '{"role":"admin"}' }],
  ]

  it.each(actions)('comes back filled in, with a valid token: %s', async (path, fields) => {
    const site = visitSite()
    await site.count('/')
    const refused = await site.post(path, { ...fields, csrf_token: 'old' }, { headers: own })
    expect(refused.status).toBe(403)
    const page = await refused.text()
    expect(page).toContain('<h1>Send it again?</h1>')
    const found = [...page.matchAll(/<input[^>]* name="(\w+)"[^>]* value="([^"]*)"/g)]
    const values = new Map(found.map(([, name = '', value = '']) => [name, value]))
    for (const [name, value] of Object.entries(fields)) {
      expect(values.get(name)?.replaceAll('&quot;', '"').replaceAll('&amp;', '&')).toBe(value)
    }
    const csrf_token = values.get('csrf_token') ?? ''
    const sent = await site.post(path, { ...fields, csrf_token }, { headers: own })
    expect(sent.status).toBe(303)
  })

  it.each<[string, Record<string, string>]>([
    ['comes from another site', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }],
    ['comes from a subdomain', { 'Sec-Fetch-Site': 'same-site', Origin: 'https://a.localhost' }],
    ['says not where it comes from', {}],
  ])('is a bare 403 when it %s', async (_, headers) => {
    const site = visitSite()
    await site.count('/')
    const before = site.cookies.get('__Host-session')
    const refused = await site.post('/cart', { item: 'tea', csrf_token: 'old' }, { headers })
    expect(refused.status).toBe(403)
    const page = await refused.text()
    expect(page).toContain('That form has expired. Nothing was changed.')
    expect(page).not.toMatch(/<form|tea/)
    expect(site.cookies.get('__Host-session')).toBe(before)
  })
})

describe('a form that is too large', () => {
  it('is answered 413, unread, with a page of the site', async () => {
    const site = visitSite()
    const csrf_token = await site.token('/cart')
    const sent = await site.post('/cart', { item: 'x'.repeat(2 ** 21), csrf_token })
    expect(sent.status).toBe(413)
    expect(await sent.text()).toMatch(/<nav.*That is more than this form takes\./s)
    expect(await site.read('/cart')).toContain('Your cart is empty')
  })
})

describe('a field that was not accepted', () => {
  it('comes back with what was typed, and what is wrong with it', async () => {
    const item = 'x'.repeat(81)
    const { page } = await visitSite().submit('/cart', '/cart', { item })
    expect(page).toContain(`value="${item}"`)
    expect(page).toContain('aria-invalid="true" aria-describedby="item-error item-hint"')
    expect(page).toMatch(/role="alert" id="item-error">Use up to 80 characters\./)
    expect(page).toContain('<title>Use up to 80 characters. – Cart · edge-session</title>')
  })
})

describe('a message for a page that is not visited', () => {
  it('is shown by the next page', async () => {
    const { post, token, read } = visitSite()
    const csrf_token = await token('/cart')
    await post('/cart', { item: 'tea', csrf_token })
    await post('/session/login', { name: '', csrf_token })
    await post('/session/break', { payload: 'x', csrf_token })
    const page = await read('/howdy')
    expect(page).toMatch(/role="alert"><p>Enter a name of up to 40 characters\./)
    expect(page).toMatch(/role="status"><p>Added “tea”\.<\/p><p>Refused: the signature/)
    expect(await read('/howdy')).not.toMatch(/role="(alert|status)"/)
  })
})

describe('a visitor who is logged in', () => {
  it.each(['/', '/howdy', '/cart', '/session'])('is named on %s, and can log out', async (path) => {
    const site = visitSite()
    await site.submit('/session', '/session/login', { name: 'Mary' })
    expect(await site.read(path)).toMatch(/action="\/session\/logout".*<bdi>Mary<\/bdi>.*Log out/s)
    const { answer, page } = await site.submit(path, '/session/logout')
    expect(answer.headers.get('Location')).toBe('/')
    expect(page).toContain('You are logged out.')
    expect(page).not.toContain('Mary')
  })

  it('stays logged in for 30 days after asking for it', async () => {
    const site = visitSite()
    const short = await site.submit('/session', '/session/login', { name: 'Mary' })
    expect(short.answer.headers.get('Set-Cookie')).not.toContain('Max-Age')
    const long = await site.submit('/session', '/session/login', { name: 'Mary', remember: 'yes' })
    expect(long.answer.headers.get('Set-Cookie')).toContain('Max-Age=2592000')
    expect(long.page).toContain('30 d left')
  })

  it('sees their browsers, this one first, and only the actions that apply', async () => {
    const bindings = { ...env, SESSION_STORE: 'd1' }
    const [laptop, phone] = [visitSite(createApp(), bindings), visitSite(createApp(), bindings)]
    const name = `Mary ${Date.now()}`
    const agents = [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
    ]
    for (const [i, each] of [laptop, phone].entries()) {
      const form = { name, csrf_token: await each.token('/session') }
      const headers = { 'User-Agent': agents[i] as string }
      await each.post('/session/login', form, { headers })
      if (i === 0) expect(await each.read('/session')).not.toContain('Sign out all others')
    }
    const page = await laptop.read('/session')
    expect(page).toMatch(/Chrome on Linux.*\(this browser\).*Safari on iPhone/s)
    expect(page).toContain('Sign out all others')
    await laptop.submit('/session', '/session/end-others')
    const alone = await laptop.submit('/session', '/session/end-others')
    expect(alone.page).toContain('You are signed in nowhere else.')
    expect(await phone.read('/cart')).toContain('you signed out from another browser')
  })
})

describe('an error page', () => {
  const broken = { ...env, SESSION_SECRET: '' }
  const ask = (url: string, bindings: object, headers = {}) => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    return createApp().request(url, { headers }, bindings)
  }
  const page = { Accept: 'text/html' }

  it('repeats the log on localhost, and nowhere else', async () => {
    const here = await ask('http://localhost/', broken, page)
    expect(await here.text()).toContain('npx wrangler secret put SESSION_SECRET')
    for (const host of ['shop.example', 'localhost.shop.example']) {
      const there = await ask(`https://${host}/`, broken, page)
      expect(await there.text()).not.toContain('SESSION_SECRET')
    }
  })

  it('says when to retry if the session cannot be reached', async () => {
    const down = { ...env, SESSION_STORE: 'kv', SESSIONS_KV: {} }
    const answer = await ask('https://shop.example/cart', down)
    expect(answer.status).toBe(503)
    expect(answer.headers.get('Retry-After')).toBe('60')
    expect(await answer.text()).toContain('<a class="button" href="">Try again</a>')
  })

  it('links from an address that only takes forms to the pages that have them', async () => {
    const answer = await ask('https://shop.example/cart/remove', env)
    const text = await answer.text()
    expect(text).toContain('This address only takes form submissions.')
    expect(text).toMatch(/<a class="button" href="\/cart">.*<a class="button" href="\/session">/s)
  })
})

describe('every page', () => {
  const pages = ['/', '/howdy', '/cart', '/session', '/nowhere']

  it.each(pages)('%s can be shared: it has a title, a description and a picture', async (path) => {
    const page = await (await createApp().request(`https://shop.example${path}`, {}, env)).text()
    expect(page).toMatch(/<title>[^<]+ · edge-session<\/title>/)
    expect(page).toMatch(/<meta name="description" content="[^"]{15,}"/)
    expect(page).toContain('<meta property="og:image" content="https://shop.example/card.png"')
    expect(page.match(/<meta name="theme-color"/g)).toHaveLength(2)
  })

  it.each(pages.slice(0, 4))('%s shows the code that makes it', async (path) => {
    const page = await visitSite().read(path)
    const [, code = ''] = /<details class="code">.*?<code>(.*?)<\/code>/s.exec(page) ?? []
    expect(code).toContain('await c.var.session()')
    const lines = code.split('\n').length
    expect([lines >= 8, lines <= 18]).toEqual([true, true])
    expect(page).toMatch(/>src\/app\/routes\/\w+\.tsx?<\/a>/)
  })

  it.each(pages)(
    '%s links to the source, the documentation and the security policy',
    async (path) => {
      const page = await visitSite().read(path)
      for (const label of ['Source', 'Documentation', 'Security']) {
        expect(page).toMatch(new RegExp(`<footer>.*<a href="https://[^"]+">${label}</a>`, 's'))
      }
    },
  )
})
