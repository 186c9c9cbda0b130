import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp } from '../../src/app/app.tsx'
import { visitSite } from '../kit/workers/site.ts'

const bindings = {
  ...env,
  SESSION_STORE: 'redis',
  REDIS_URL: 'https://redis.example.com',
  REDIS_TOKEN: 'the-token-of-redis',
}

const log = vi.spyOn(console, 'error')
const fetched = vi.spyOn(globalThis, 'fetch')

beforeEach(() => {
  log.mockReset().mockImplementation(() => {})
  fetched.mockReset()
})
afterEach(() => {
  for (const text of [bindings.REDIS_TOKEN, 'pass-word']) {
    expect(log.mock.calls.join()).not.toContain(text)
  }
})

describe('SESSION_STORE = "redis"', () => {
  it('posts commands as Upstash expects them, and follows no redirect', async () => {
    fetched.mockImplementation(async () => Response.json({ result: [1] }))
    expect(await visitSite(createApp(), bindings).count('/')).toBe(1)
    expect(fetched).toHaveBeenCalledTimes(1)
    const [url, init] = fetched.mock.calls[0] ?? []
    expect(url).toBe('https://redis.example.com')
    expect(init).toMatchObject({
      method: 'POST',
      headers: { Authorization: 'Bearer the-token-of-redis' },
      redirect: 'manual',
    })
    const [name, , keys, key] = JSON.parse(String(init?.body))
    expect([name, keys]).toEqual(['EVAL', '1'])
    expect(key).toMatch(/^session:[\w-]{43}$/)
  })

  it.each([
    ['an error', 400, '{"error":"ERR wrong, command was: [secret"}'],
    ['a success without a result', 200, '{}'],
    ['a success that is no object', 200, 'null'],
    ['a page of something in between', 200, '<h1>secret</h1>'],
    ['a redirect', 307, ''],
  ])(
    'logs nobody out when Redis answers with %s, and logs only that fact',
    async (_, status, body) => {
      const before = visitSite(createApp(), bindings)
      fetched.mockImplementation(async () => Response.json({ result: [1] }))
      await before.count('/')
      fetched.mockImplementation(async () => new Response(body, { status }))
      const answer = await before.get('/')
      expect(answer.status).toBe(503)
      expect(before.setCookies).toEqual([])
      const [line] = log.mock.calls.flat()
      expect(line).toBe(
        `StoreError: session: the store failed. Caused by: Redis answered ${status} without a result`,
      )
      expect(line).not.toContain('secret')
    },
  )

  const overRest = expect.stringMatching(
    /^REDIS_URL is not the https: address .*choose-a-store\.md$/,
  )
  it.each([
    [
      { REDIS_URL: undefined },
      expect.stringMatching(/^REDIS_URL is not set.*npx wrangler secret put REDIS_URL,/),
    ],
    [
      { REDIS_TOKEN: '' },
      expect.stringMatching(/^REDIS_TOKEN is not set.*npm run dev -- --var REDIS_TOKEN:/),
    ],
    [{ REDIS_TOKEN: 'pass-word\n' }, expect.stringMatching(/^REDIS_TOKEN contains/)],
    [{ REDIS_TOKEN: 'pass-word☃' }, expect.stringMatching(/^REDIS_TOKEN contains/)],
    [{ REDIS_URL: 'redis://:pass-word@redis.example.com:6379' }, overRest],
    [{ REDIS_URL: 'rediss://:pass-word@redis.example.com:6379' }, overRest],
    [{ REDIS_URL: 'https://user:pass-word@redis.example.com' }, overRest],
    [{ REDIS_URL: 'https://:pass-word@redis.example.com' }, overRest],
    [{ REDIS_URL: 'http://redis.example.com' }, overRest],
    [{ REDIS_URL: 'http://localhost.example.com' }, overRest],
    [{ REDIS_URL: 'pass-word' }, overRest],
  ])('answers 500 with %j, and logs what to do', async (wrong, message) => {
    const answer = await visitSite(createApp(), { ...bindings, ...wrong }).get('/')
    expect(answer.status).toBe(500)
    expect(log.mock.calls).toEqual([[message]])
    expect(fetched).not.toHaveBeenCalled()
  })

  it.each(['http://localhost:8079', 'http://127.0.0.1:8079'])(
    'accepts plain HTTP for this machine: %s',
    async (REDIS_URL) => {
      fetched.mockImplementation(async () => Response.json({ result: [1] }))
      expect(await visitSite(createApp(), { ...bindings, REDIS_URL }).count('/')).toBe(1)
    },
  )
})
