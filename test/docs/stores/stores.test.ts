import { applyD1Migrations, createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import { sealSession } from '../../../src/session/testing.ts'
import { storeContract } from '../../contracts/store.ts'
import { type Rows, rowsStore } from './custom-store.ts'
import d1 from './d1.ts'
import kv from './kv.ts'
import memory from './memory.ts'
import rest from './redis-rest.ts'

const SESSION_SECRET = 'a-secret-that-only-the-stores-use'

beforeAll(() => applyD1Migrations(env.SESSIONS_DB, env.MIGRATIONS))
afterEach(() => vi.restoreAllMocks())

it('D1 counts, and is swept', async () => {
  const bindings = { ...env, SESSION_SECRET }
  const context = createExecutionContext()
  const response = await d1.fetch(new Request('https://example.com/'), bindings, context)
  expect(await response.text()).toBe('Count: 1')
  await d1.scheduled({ cron: '', scheduledTime: 0, noRetry() {} }, bindings)
})

it('KV and memory work as the guide shows', async () => {
  expect(await (await kv.request('/', {}, { ...env, SESSION_SECRET })).text()).toBe('light')
  expect(await (await memory.request('/', {}, { SESSION_SECRET })).text()).toBe('Count: 1')
})

it('Redis is asked by REST', async () => {
  const fetch = vi
    .spyOn(globalThis, 'fetch')
    .mockImplementation(async () => Response.json({ result: [1] }))
  const bindings = { SESSION_SECRET, URL: 'https://redis.example.com', TOKEN: 'token' }
  expect(await (await rest.request('/', {}, bindings)).text()).toBe('Count: 1')
  expect(JSON.parse(String(fetch.mock.calls[0]?.[1]?.body))[0]).toBe('EVAL')
})

function arrayRows(): Rows {
  const rows = new Map<string, { value: string; expires: number }>()
  return {
    find: async (key) => rows.get(key) ?? null,
    async replace(key, before, row) {
      if ((rows.get(key)?.value ?? null) !== before) return false
      if (row) rows.set(key, row)
      else rows.delete(key)
      return true
    },
  }
}

storeContract('rowsStore(), the custom store of the guide', () => rowsStore(arrayRows()))

it('a session of another store is unknown', async () => {
  const store = rowsStore(arrayRows())
  const Cookie = await sealSession({ counter: 1 }, { secret: SESSION_SECRET, store })
  const response = await memory.request('/', { headers: { Cookie } }, { SESSION_SECRET })
  expect(await response.text()).toBe('Count: 1')
})
