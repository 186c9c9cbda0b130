import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { afterEach, expect, it, vi } from 'vitest'
import howItWorks from '../../docs/how-it-works.md?raw'
import { pyramidCodec } from '../../src/session/codecs/pyramid.ts'
import { csrfToken, session } from '../../src/session/index.ts'
import { browser, sealSession } from '../../src/session/testing.ts'
import devices from './devices.ts'
import { ed25519Codec } from './engine.ts'
import firstPage from './first-page.ts'
import options from './options.ts'
import shared from './pyramid.ts'
import schema from './schema.ts'
import several from './several.ts'
import stored from './store.ts'

const SESSION_SECRET = 'a-secret-that-only-the-examples-use'

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

it('the first page counts visits and says hello once', async () => {
  const { get, post } = browser(firstPage, { SESSION_SECRET })
  const page = await (await get('/')).text()
  expect(page).toContain('Visit 1')
  const [, csrf_token = ''] = /value="([^"]+)"/.exec(page) ?? []
  expect((await post('/hello', { csrf_token })).headers.get('Location')).toBe('/')
  const next = await (await get('/')).text()
  expect(next).toContain('<p role="status">Hello!</p>')
  expect(next).toContain('Visit 2')
  expect(await (await get('/')).text()).not.toContain('Hello!')
})

it('the options rotate secrets, rename the cookie and report a bad one', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const OLD_SESSION_SECRET = 'the-secret-that-the-examples-used-before'
  options.get('/', async (c) => {
    const session = await c.var.session()
    return c.json(session.update('n', (n) => Number(n ?? 0) + 1))
  })
  const before = browser(options, { SESSION_SECRET: OLD_SESSION_SECRET, OLD_SESSION_SECRET })
  await before.get('/')
  const after = browser(options, { SESSION_SECRET, OLD_SESSION_SECRET })
  after.cookies.set('__Host-account', before.cookies.get('__Host-account') ?? '')
  expect(await (await after.get('/')).json()).toBe(2)
  expect(warn).not.toHaveBeenCalled()
  after.cookies.set('__Host-account', 'nonsense')
  await after.get('/')
  expect(warn).toHaveBeenCalledWith('A session cookie was forged')
})

it('the Pyramid example continues a session that Pyramid wrote', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_001_000 })
  const { get, cookies } = browser(shared, { PYRAMID_SECRET: 'itsaseekreet' })
  cookies.set(
    'session', // written by Pyramid 2.0 on 2023-11-14, with {"counter": 1}
    '_ka8K7sNoLR6gNqKShfS0ncvDRPvqWF-BX0mOZx64jnJsMcEnGUio6B3WkUyuHBCwnC_1QWJ81hyqBWS9DwhsVsxNzAwMDAwMDAwLCAxNzAwMDAwMDAwLjc1LCB7ImNvdW50ZXIiOiAxfV0',
  )
  expect(await (await get('/howdy')).text()).toBe('Count: 2')
  expect(await (await get('/howdy')).text()).toBe('Count: 3')
})

it('the devices of a user are listed, and end one by one or all but one', async () => {
  await applyD1Migrations(env.SESSIONS_DB, env.MIGRATIONS)
  const headers = { 'Sec-Fetch-Site': 'same-origin' }
  const open = async () => {
    const device = browser(devices, { ...env, SESSION_SECRET })
    await device.post('/login', {}, { headers })
    return device
  }
  const laptop = await open()
  await open()
  const phone = await open()
  const list = async () => (await laptop.get('/devices')).json<{ id: string; current: boolean }[]>()
  const [other] = (await list()).filter(({ current }) => !current)
  await laptop.post(`/devices/end/${other?.id}`, {}, { headers })
  expect(await list()).toHaveLength(2)
  await laptop.post('/password', {}, { headers })
  expect(await list()).toMatchObject([{ current: true }])
  expect((await phone.get('/devices')).headers.get('Location')).toBe('/login')
})

it('the schema fills in what an older session lacks, and refuses invalid data', async () => {
  const options = { secret: SESSION_SECRET }
  const read = async (data: object) => {
    const Cookie = await sealSession(data, options)
    return (await schema.request('/', { headers: { Cookie } }, { SESSION_SECRET })).text()
  }
  expect(await read({ cart: ['tea'] })).toBe('The theme is light')
  expect(await read({ theme: 'dark' })).toBe('The theme is dark')
  expect(await read({ theme: 'dark', cart: 'tea' })).toBe('The theme is light')
})

it('the preferences outlive a logout', async () => {
  several.get('/token', async (c) => {
    const session = await c.var.session()
    session.set('user', 'mary')
    return c.text(csrfToken(session))
  })
  const { get, post, cookies } = browser(several, { SESSION_SECRET })
  const csrf_token = await (await get('/token')).text()
  await post('/theme/dark', { csrf_token })
  expect([...cookies.keys()]).toEqual(['__Host-session', '__Host-preferences'])
  await post('/logout', { csrf_token })
  expect([...cookies.keys()]).toEqual(['__Host-preferences'])
})

it('the store keeps a count, and the cookie reveals nothing of it', async () => {
  const { get, cookies } = browser(stored, { SESSION_SECRET, SESSIONS: env.SESSIONS })
  expect(await (await get('/')).text()).toBe('Count: 1')
  await Promise.all(Array.from({ length: 5 }, () => get('/')))
  expect(await (await get('/')).text()).toBe('Count: 7')
  expect(atob(cookies.get('__Host-session')?.split('.')[0] ?? '')).toMatch(/^[\w-]{43}$/)
})

it('the engine reads with the public key and writes with the private one only', async () => {
  const keys = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
  const { publicKey, privateKey } = keys as CryptoKeyPair
  const options = { codec: ed25519Codec(publicKey, privateKey) }
  const renewed = Math.floor(Date.now() / 1000) - 600
  const Cookie = await sealSession({ user: 'mary' }, options, { renewed })
  const reader = new Hono()
    .use(session<{ user: string }>({ codec: ed25519Codec(publicKey), reissueTime: null }))
    .get('/', async (c) => c.text((await c.var.session()).get('user') ?? 'nobody'))
  const read = async (Cookie: string) => (await reader.request('/', { headers: { Cookie } })).text()
  expect(await read(Cookie)).toBe('mary')
  expect(await read(Cookie.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A')))).toBe('nobody')
})

it.each([
  ['signed', { secret: SESSION_SECRET }],
  ['sealed', { secret: SESSION_SECRET, encrypt: true }],
  ["Pyramid's", { codec: pyramidCodec({ secret: SESSION_SECRET }) }],
])('%s tokens are as long as the documentation says', async (format, options) => {
  const [, length] = new RegExp(`^\\| ${format}.*\\| (\\d+) characters`, 'm').exec(howItWorks) ?? []
  const Cookie = await sealSession({ counter: 1 }, options)
  expect(Cookie.slice(Cookie.indexOf('=') + 1)).toHaveLength(Number(length))
})
