import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import { browser } from '../../../src/session/testing.ts'
import login from './login.ts'
import revocations from './revocations.ts'

const bindings = { ...env, SESSION_SECRET: 'a-secret-that-only-the-login-uses' }
const password = 'correct horse'

beforeAll(() => applyD1Migrations(env.SESSIONS_DB, env.MIGRATIONS))
afterEach(() => vi.useRealTimers())

function visitor() {
  const { get, post } = browser(login, bindings)
  const submit = async (path: string, fields: Record<string, string>) => {
    const page = await (await get('/login')).text()
    const [, csrf_token = ''] = /name="csrf_token" value="([^"]+)"/.exec(page) ?? []
    return { page, response: await post(path, { ...fields, csrf_token }) }
  }
  return { get, submit }
}

it('a login leads back to the page that asked for it', async () => {
  const { get, submit } = visitor()
  expect((await get('/account')).headers.get('Location')).toBe('/login')
  const { response } = await submit('/login', { name: 'mary', password })
  expect(response.headers.get('Location')).toBe('/account')
  expect(await (await get('/account')).text()).toBe('Hello, mary!')
})

it('a wrong password says so, and logs nobody in', async () => {
  const { get, submit } = visitor()
  await submit('/login', { name: 'mary', password: 'guess' })
  const { page } = await submit('/login', { name: 'mary', password: 'guess' })
  expect(page).toContain('Wrong name or password.')
  expect((await get('/account')).status).toBe(303)
})

it('a logout ends the session', async () => {
  const { get, submit } = visitor()
  await submit('/login', { name: 'mary', password })
  await submit('/logout', {})
  expect((await get('/account')).headers.get('Location')).toBe('/login')
})

it('a login that is not recent is asked for again', async () => {
  const { get, submit } = visitor()
  await submit('/login', { name: 'mary', password })
  expect((await get('/account/password')).status).toBe(200)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11 * 60 * 1000 })
  expect((await get('/account/password')).headers.get('Location')).toBe('/login')
})

it('a revocation ends copies of a cookie, and not the session that asked for it', async () => {
  const headers = { 'Sec-Fetch-Site': 'same-origin' }
  const [phone, laptop] = [browser(revocations, bindings), browser(revocations, bindings)]
  await phone.post('/login', {}, { headers })
  await laptop.post('/login', {}, { headers })
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5000 })
  await laptop.post('/password', {}, { headers })
  expect(await (await laptop.get('/')).text()).toBe('mary')
  expect(await (await phone.get('/')).text()).toBe('nobody')
})
