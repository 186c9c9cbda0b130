import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp } from '../../../src/app/app.tsx'
import { storeKey } from '../../../src/session/index.ts'
import { kvStore } from '../../../src/session/stores/kv.ts'
import { at } from '../../kit/clock.ts'
import { gate } from '../../kit/race.ts'
import { cookieName } from '../../kit/tokens.ts'
import { createVisitor } from '../../kit/visitor.ts'
import { type Fail, faulty } from '../../kit/workers/bindings.ts'
import { visitSite, visitWithCookiesOf } from '../../kit/workers/site.ts'

beforeAll(() => applyD1Migrations(env.SESSIONS_DB, env.MIGRATIONS))
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const item = 'camomile tea'

const failures: [string, Fail][] = [
  ['is down', () => Promise.reject(new Error('Network connection lost.'))],
  ['is over its quota', () => Promise.reject(new Error('put() limit exceeded for the day.'))],
  ['is full', () => Promise.reject(Object.assign(new Error('SQLITE_FULL'), { command: 'SET' }))],
  ['is overloaded', () => Promise.reject(Object.assign(new Error('busy'), { overloaded: true }))],
  ['rejects with a text', () => Promise.reject('down')],
  ['rejects with nothing', () => Promise.reject(undefined)],
]

describe.each(['kv', 'd1', 'durable-object'])('an outage of %s', (name) => {
  let said: string[]
  beforeEach(() => {
    said = []
    for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
      vi.spyOn(console, method).mockImplementation((...texts) => void said.push(texts.join()))
    }
  })

  /** A visitor with a count of 1 and a cart, on a site whose store works so far. */
  async function known() {
    const { faults, bindings } = faulty(name)
    const site = visitSite(createApp(), bindings)
    await site.submit('/cart', '/cart', { item })
    await site.count('/')
    const form = { item, csrf_token: await site.token('/cart') }
    return { faults, site, form, cookie: site.cookies.get(cookieName) ?? '' }
  }

  describe.each(failures)('that %s', (_, fail) => {
    it.each<['read' | 'write', string]>([
      ['read', '/'],
      ['read', '/cart'],
      ['read', '/session'],
      ['write', '/'],
    ])('logs nobody out when it fails to %s, for GET %s', async (what, path) => {
      const { faults, site, cookie } = await known()
      faults[what] = fail
      const answer = await site.get(path)
      expect(answer.status).toBe(503)
      expect(await answer.text()).toMatch(/<h1>Not available<\/h1>/)
      expect(site.setCookies).toEqual([])
      expect(answer.headers.get('Cache-Control')).toBe('private, no-store')
      delete faults[what]
      expect(site.cookies.get(cookieName)).toBe(cookie)
      expect(await site.count('/')).toBe(2)
    })

    it.each(['read', 'write'] as const)('completes no action when it fails to %s', async (what) => {
      const { faults, site, form } = await known()
      faults[what] = fail
      for (const action of ['/cart/remove', '/session/invalidate', '/session/regenerate']) {
        const answer = await site.post(action, form)
        expect([answer.status, answer.headers.get('Location')]).toEqual([503, null])
        expect(site.setCookies).toEqual([])
      }
      delete faults[what]
      expect(await site.read('/cart')).toContain(`<span dir="auto">${item}</span>`)
    })

    it('sets no cookie for a record that could not be created', async () => {
      const { faults, bindings } = faulty(name)
      faults.write = fail
      const site = visitSite(createApp(), bindings)
      expect((await site.get('/')).status).toBe(503)
      expect(site.setCookies).toEqual([])
      delete faults.write
      expect(await site.count('/')).toBe(1)
    })

    it('is logged without session data', async () => {
      const { faults, site, cookie } = await known()
      faults.read = fail
      await site.get('/cart')
      faults.write = fail
      delete faults.read
      await site.get('/')
      const id = atob(cookie.split('.')[0] ?? '')
      expect(id).toMatch(/^[\w-]{43}$/)
      expect(said).toHaveLength(2)
      for (const line of said) expect(line).toMatch(/^StoreError: /)
      for (const hidden of [
        ...cookie.split('.'),
        id,
        await storeKey(id),
        item,
        env.SESSION_SECRET,
      ]) {
        expect(said.join()).not.toContain(hidden)
      }
    })
  })

  it.each(['read', 'write'] as const)(
    'that hangs results in 503 after 10 seconds: at a %s',
    async (what) => {
      const { faults, site } = await known()
      vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] })
      const hangs = gate()
      faults[what] = () => {
        hangs.resolve()
        return new Promise(() => undefined)
      }
      let status = 0
      const answer = site.get('/').then((response) => {
        status = response.status
      })
      await hangs.promise
      await vi.advanceTimersByTimeAsync(9_999)
      expect(status).toBe(0)
      await vi.advanceTimersByTimeAsync(1)
      await vi.waitFor(() => expect(status).toBe(503))
      await answer
      expect(site.setCookies).toEqual([])
    },
  )

  it('is never handled in a task after the response', async () => {
    const { faults, bindings } = faulty(name)
    faults.write = () => Promise.reject(new Error('down'))
    const waitUntil = vi.fn()
    const context = { waitUntil, passThroughOnException: vi.fn(), props: {} }
    const request = new Request('http://localhost/')
    const answer = await createApp().fetch(request, bindings, context as never)
    expect(answer.status).toBe(503)
    expect(waitUntil).not.toHaveBeenCalled()
  })
})

describe('a logout that KV has not propagated yet', () => {
  /** KV at another location, which serves a value that it has read for 60 seconds more. */
  function elsewhere() {
    const kv = env.SESSIONS_KV
    const cached = new Map<string, { until: number; entry: { value: string | null } }>()
    return kvStore({
      async getWithMetadata(key) {
        const known = cached.get(key)
        if (known && Date.now() < known.until) return { metadata: null, ...known.entry }
        const entry = await kv.getWithMetadata(key)
        cached.set(key, { until: Date.now() + 60_000, entry })
        return entry
      },
      put: (...given) => kv.put(...given),
      delete: (key) => kv.delete(key),
    })
  }

  it('leaves the old cookie valid there for 60 seconds, as documented', async () => {
    at(0)
    const here = createVisitor({ store: kvStore(env.SESSIONS_KV) })
    const there = createVisitor({ store: elsewhere() })
    await here.visit((session) => session.set('user', 'mary'))
    there.token = here.token
    expect(await there.visit((session) => session.get('user'))).toBe('mary')
    await here.visit((session) => session.invalidate())
    expect(await there.visit((session) => session.get('user'))).toBe('mary')
    at(60)
    expect(await there.visit((session) => session.get('user'))).toBeUndefined()
  })

  it.each(['d1', 'durable-object'])('takes effect everywhere at once in %s', async (name) => {
    const { bindings } = faulty(name)
    const site = visitSite(createApp(), bindings)
    await site.count('/')
    const thief = visitWithCookiesOf(site, createApp(), { ...bindings })
    expect(await thief.count('/')).toBe(2)
    await site.submit('/session', '/session/invalidate')
    expect(await thief.count('/')).toBe(1)
    expect(thief.setCookies).toEqual([])
  })
})
