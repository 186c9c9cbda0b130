import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browser } from '../../src/session/testing.ts'
import { hasRedis, startRedis } from '../../tools/serve/redis-server.ts'
import { type Server, start } from '../package/servers.ts'

const root = join(import.meta.dirname, '../..')
const directory = mkdtempSync(join(tmpdir(), 'edge-session-servers-'))
afterAll(() => rmSync(directory, { recursive: true }))

const redis = hasRedis ? await startRedis() : null
afterAll(() => redis?.stop())

const scripts = ['dev:node', 'dev:deno', 'dev:bun']
const stores = ['cookie', 'sql', 'redis']
const cells = [
  ...scripts.flatMap((script) => stores.map((store) => [script, store] as const)),
  ['dev:deno', 'deno-kv'] as const,
]

for (const [script, store] of cells) {
  const isMissing = store === 'redis' && !hasRedis
  const missing = isMissing ? ', not tested: this machine has no redis-server' : ''
  describe.skipIf(isMissing)(`npm run ${script}, with SESSION_STORE=${store}${missing}`, () => {
    serves(script, store)
  })
}

function serves(script: string, store: string): void {
  let server: Server
  beforeAll(async () => {
    server = await start(root, ['npm', 'run', script], {
      PORT: '{port}',
      HOST: '127.0.0.1',
      SESSION_STORE: store,
      SESSIONS_FILE: join(directory, `${script.replace(':', '-')}.sqlite`),
      ...(store === 'redis' && redis && { REDIS_URL: redis.url }),
    })
  })
  afterAll(() => server?.stop())

  it('serves the site', async () => {
    const visitor = visitorOf(server)
    expect(await (await visitor.get('/')).text()).toContain('Count: 1')
    expect(await (await visitor.get('/howdy')).text()).toContain('Count: 2')
    const cart = await visitor.submit('/cart', { item: 'Tea' })
    expect(await cart.text()).toContain('Tea')
    expect((await visitor.post('/cart', { item: 'Milk' })).status).toBe(403)
    expect((await visitor.get('/nowhere')).status).toBe(404)
    const length = visitor.cookies.get('__Host-session')?.length ?? 0
    if (store !== 'cookie') expect(length).toBe(102) // an id and its signature
    expect(server.output()).not.toMatch(/error|doctor/i)
  })

  it('serves files with the headers of public/_headers', async () => {
    const icon = await fetch(`${server.url}/favicon.svg`)
    expect(icon.headers.get('Content-Type')).toContain('image/svg+xml')
    expect(icon.headers.get('Cache-Control')).toBe('public, max-age=3600')
    expect(icon.headers.get('Content-Security-Policy')).toContain("default-src 'none'")
    const card = await fetch(`${server.url}/card.png`, { method: 'HEAD' })
    expect(card.headers.get('Cross-Origin-Resource-Policy')).toBe('cross-origin')
    const posted = await fetch(`${server.url}/robots.txt`, { method: 'POST' })
    expect([posted.status, posted.headers.get('Allow')]).toEqual([405, 'GET, HEAD'])
    expect((await fetch(`${server.url}/_headers`)).status).toBe(404)
    expect((await fetch(`${server.url}/..%2fpackage.json`)).status).toBe(404)
  })

  if (store !== 'cookie') {
    it('loses no visit of ten at once, and logs out', async () => {
      const visitor = visitorOf(server)
      await visitor.get('/')
      await Promise.all(Array.from({ length: 10 }, () => visitor.get('/')))
      expect(await (await visitor.get('/')).text()).toContain('Count: 12')
      const copied = new Map(visitor.cookies)
      await visitor.submit('/session', {}, { form: '/session/invalidate' })
      for (const [name, value] of copied) visitor.cookies.set(name, value)
      expect(await (await visitor.get('/')).text()).toContain('Count: 1<')
    })
  }

  if (store === 'redis') {
    it('answers 503 while Redis hangs, and continues the session afterwards', async () => {
      const visitor = visitorOf(server)
      await visitor.get('/')
      redis?.hang()
      try {
        expect((await visitor.get('/')).status).toBe(503)
      } finally {
        redis?.resume()
      }
      expect(await (await visitor.get('/')).text()).toContain('Count: 2')
    })
  }
}

it('a SESSION_STORE that a runtime lacks ends the start with the names that it has', async () => {
  const command = [join(root, 'node_modules/.bin/bun'), 'src/servers/bun.ts']
  const started = start(root, command, { PORT: '{port}', SESSION_STORE: 'd1' })
  await expect(started).rejects.toThrow(
    'SESSION_STORE is "d1": on this runtime set it to one of cookie, memory, sql, redis',
  )
})

/** A browser at a server over HTTP; the testing kit itself believes to be at http://localhost. */
function visitorOf({ url }: Server) {
  return browser({
    request(path, init) {
      const headers = new Headers(init?.headers)
      if (headers.has('Origin')) headers.set('Origin', url)
      return fetch(url + path, { ...init, headers, redirect: 'manual' })
    },
  })
}
