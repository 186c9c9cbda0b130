import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createApp } from '../../src/app/app.tsx'
import { visitSite } from '../kit/workers/site.ts'

beforeAll(() => applyD1Migrations(env.SESSIONS_DB, env.MIGRATIONS))
afterEach(() => {
  vi.restoreAllMocks()
})

it('the site with its sessions in cookies needs no KV, except for logins', async () => {
  const { SESSIONS_KV: _, ...bindings } = env
  const { submit, count } = visitSite(createApp(), { ...bindings, SESSION_STORE: 'cookie' })
  expect(await count('/')).toBe(1)
  expect((await submit('/cart', '/cart', { item: 'Pears' })).page).toContain('Added “Pears”.')
})

describe.each(['kv', 'd1', 'durable-object'])(
  'the site with its sessions in %s',
  (SESSION_STORE) => {
    const bindings = { ...env, SESSION_STORE }

    it('continues to count after a restart, with only an id in the cookie', async () => {
      const before = visitSite(createApp(), bindings)
      await before.count('/')
      const after = visitSite(createApp(), { ...bindings })
      for (const [name, value] of before.cookies) after.cookies.set(name, value)
      expect(await after.count('/howdy')).toBe(2)
      const [, cookie = ''] = [...after.cookies].at(0) ?? []
      expect(cookie).toMatch(/^[\w-]{58}\.[\w-]{43}$/)
      expect(atob(cookie.split('.')[0] ?? '')).toMatch(/^[\w-]{43}$/)
    })

    it('fills a cart, and shows each message once', async () => {
      const { submit, read } = visitSite(createApp(), bindings)
      const { page } = await submit('/cart', '/cart', { item: 'Red apples' })
      expect(page).toContain('Added “Red apples”.')
      const again = await read('/cart')
      expect(again).toContain('Red apples')
      expect(again).not.toContain('Added “')
    })

    it('shows the store in the inspector, and only the start of the id', async () => {
      const { count, read, cookies } = visitSite(createApp(), bindings)
      await count('/')
      const page = await read('/session')
      const [payload = '', signature = ''] = (cookies.get('__Host-session') ?? '').split('.')
      expect(page).toContain(`<dd>${SESSION_STORE}</dd>`)
      expect(page).toContain('What the server keeps. Its key is a hash of the id in your cookie.')
      expect(page).toMatch(/<th scope="row">counter<\/th>/)
      for (const secret of [payload, signature]) {
        expect(page).toContain(`${secret.slice(0, 6)}…`)
      }
      for (const secret of [payload, atob(payload), signature]) expect(page).not.toContain(secret)
    })

    it('regenerates, and leaves the old cookie worthless', async () => {
      const { count, submit, cookies } = visitSite(createApp(), bindings)
      await count('/')
      const old = visitSite(createApp(), bindings)
      for (const [name, value] of cookies) old.cookies.set(name, value)
      await submit('/session', '/session/regenerate')
      expect(await count('/')).toBe(2)
      expect(await old.count('/')).toBe(1)
      expect(old.setCookies).toEqual([])
    })

    it('invalidates, for a copy of the cookie as well', async () => {
      const { count, submit, cookies } = visitSite(createApp(), bindings)
      await count('/')
      const thief = visitSite(createApp(), bindings)
      for (const [name, value] of cookies) thief.cookies.set(name, value)
      const { page } = await submit('/session', '/session/invalidate')
      expect(page).toContain('Your session was forgotten.')
      expect(await thief.count('/')).toBe(1)
    })
  },
)

it.each(['d1', 'durable-object'])(
  '20 concurrent visits are all counted in %s',
  async (SESSION_STORE) => {
    const { count } = visitSite(createApp(), { ...env, SESSION_STORE })
    await count('/')
    await Promise.all(Array.from({ length: 20 }, () => count('/')))
    expect(await count('/')).toBe(22)
  },
)

it('the log names the stores that exist if SESSION_STORE names none of them', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  const answer = await visitSite(createApp(), { ...env, SESSION_STORE: 'mongo' }).get('/')
  expect(answer.status).toBe(500)
  expect(log.mock.calls).toEqual([
    [
      'SESSION_STORE is "mongo". Set it in wrangler.toml to one of: cookie, kv, d1, durable-object, redis',
    ],
  ])
})

it('a store that fails results in 503, and the session survives', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const broken = { getByName: () => ({ get: () => Promise.reject(new Error('down')) }) }
  const before = visitSite(createApp(), { ...env, SESSION_STORE: 'durable-object' })
  await before.count('/')
  const during = visitSite(createApp(), {
    ...env,
    SESSION_STORE: 'durable-object',
    SESSIONS: broken,
  })
  for (const [name, value] of before.cookies) during.cookies.set(name, value)
  const answer = await during.get('/')
  expect(answer.status).toBe(503)
  expect(await answer.text()).toContain('<h1>Not available</h1>')
  expect(during.setCookies).toEqual([])
  expect(await before.count('/')).toBe(2)
})

it('the log says why a store failed, such as a missing migration', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  const db = env.SESSIONS_DB
  const batch = () => db.batch([db.prepare('SELECT value FROM nowhere')])
  const statement = { bind: () => statement }
  const SESSIONS_DB = { prepare: () => statement, batch }
  const bindings = { ...env, SESSION_STORE: 'd1', SESSIONS_DB }
  expect((await visitSite(createApp(), bindings).get('/')).status).toBe(503)
  expect(log.mock.calls.join()).toMatch(
    /^StoreError: .*Caused by: D1_ERROR: no such table.*Run: npx wrangler d1 migrations apply/,
  )
})
