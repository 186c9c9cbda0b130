import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { doctor, examine } from '../../src/app/doctor.ts'

const secret = 'Zk3vR7qXw9TnB2yLh5sGm8cJp4dFa6eU'
const fine = { SESSION_SECRET: secret, SESSION_STORE: 'cookie' }

async function problems(...[bindings, facts]: Parameters<typeof examine>): Promise<string[]> {
  const findings = await examine(bindings, facts)
  return findings.filter(({ isFine }) => !isFine).map(({ message }) => message)
}

describe('examine()', () => {
  it('finds nothing wrong with a set-up that works', async () => {
    const url = new URL('https://example.com')
    expect(await problems(fine, { canWake: true, url })).toEqual([])
    expect(await problems({ ...env, ...fine })).toEqual([])
  })

  it.each([
    [{}, /secret is missing.*\.dev\.vars.*wrangler secret put/],
    [{ SESSION_SECRET: 'short' }, /secret has 5 bytes/],
    [{ SESSION_SECRET: 'x'.repeat(40) }, /known sample/],
    [{ ...fine, SESSION_STORE: 'mysql' }, /SESSION_STORE is "mysql": set it to one of cookie, kv/],
    [{ ...fine, SESSION_STORE: 'toString' }, /SESSION_STORE is "toString"/],
    [{ ...fine, SESSION_STORE: 'kv' }, /which needs SESSIONS_KV: bind it/],
    [{ ...fine, SESSION_STORE: 'redis' }, /which needs REDIS_URL and REDIS_TOKEN/],
  ])('names what %o lacks, and reveals no secret', async (bindings, expected) => {
    const found = await problems(bindings)
    expect(found).toEqual([expect.stringMatching(expected)])
    expect(found.join()).not.toMatch(/short|x{9}|Zk3v/)
  })

  it.each([
    ['sql', 0],
    ['memory', 0],
    ['deno-kv', 0],
    ['redis', 1],
    ['d1', 1],
  ])('knows the stores of a server, too: %s', async (SESSION_STORE, count) => {
    const found = await problems({ ...fine, SESSION_STORE }, { isServer: true })
    expect(found).toHaveLength(count)
    expect(found.join()).not.toContain('wrangler')
    const url = { REDIS_URL: 'redis://127.0.0.1' }
    if (SESSION_STORE === 'redis') {
      expect(await problems({ ...fine, SESSION_STORE, ...url }, { isServer: true })).toEqual([])
    } else if (SESSION_STORE !== 'd1') {
      expect(await problems({ ...fine, SESSION_STORE })).toHaveLength(1)
    }
  })

  it('looks for the table of D1', async () => {
    const bindings = { ...env, ...fine, SESSION_STORE: 'd1' }
    expect(await problems(bindings)).toEqual([
      expect.stringMatching(/no such table.*npm run migrate/),
    ])
    await applyD1Migrations(env.SESSIONS_DB, env.MIGRATIONS)
    expect(await problems(bindings)).toEqual([])
  })

  it('names the compatibility date if requests cannot wake each other', async () => {
    expect(await problems(fine, { canWake: false })).toEqual([
      expect.stringContaining('2024-10-14'),
    ])
  })

  it.each([
    ['http://example.com', 1],
    ['http://192.168.1.2:8787', 1],
    ['http://localhost.example.com', 1],
    ['http://localhost:8787', 0],
    ['http://127.0.0.1:8787', 0],
    ['http://app.localhost', 0],
    ['https://example.com', 0],
  ])('knows whether browsers keep the cookie at %s', async (url, count) => {
    expect(await problems(fine, { url: new URL(url) })).toHaveLength(count)
  })
})

describe('doctor()', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  const app = () => new Hono<{ Bindings: object }>().use(doctor()).get('/', (c) => c.text('a page'))
  // The runtime of these tests has the flag off that the check of the runtime asks for.
  const logged = (warn: { mock: { calls: unknown[][] } }) =>
    warn.mock.calls.flat().filter((line) => !String(line).startsWith('doctor: runtime'))
  const headers = { Accept: 'text/html' }

  it('logs what is wrong once, at the first page of a development server', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const site = app()
    for (let visit = 0; visit < 2; visit++) await site.request('/', { headers }, {})
    expect(logged(warn)).toEqual([expect.stringMatching(/^doctor: secret: /)])
  })

  it('logs nothing in production, or if nothing is wrong', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    await app().request('https://example.com/', { headers }, {})
    await app().request('/', { headers }, fine)
    expect(logged(warn)).toEqual([])
  })
})
