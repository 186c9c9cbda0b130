import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { browser } from '../../../src/session/testing.ts'
import expressApp from './express-session.ts'
import honoSession from './hono-session.ts'
import honoSessions from './hono-sessions.ts'
import ironSession from './iron-session.ts'

// Cookies that the other libraries wrote at this time, with this secret.
const now = 1_700_000_000_000
const secret = 'a password of another library, long enough'
const bindings = {
  SESSION_SECRET: 'a-secret-that-only-the-moving-uses',
  IRON_PASSWORD: secret,
  ENCRYPTION_KEY: secret,
  AUTH_SECRET: secret,
  EXPRESS_SECRET: secret,
  OLD_SESSIONS: env.SESSIONS_KV,
}

const cookies = {
  'iron-session 9.0.1':
    'Fe26.2*1*a8976955cfd5e78a0bf6c9a5a2e993fe68f7bb966aa8a513b777a0d027b8b57e*l3J7108sOT8eFOkzH0o0yg*QnBSXBHKWjo_oif9r-xTeRAU12HHyy6YO75unZdr2Fs*1701209600000*f84f1b3baa12e1ab2c0ba0a6103a4ea2437b405817b71f6e2be6642cd41e16cf*9BBQhDQtfEJXoroRlR929RUhnhiHF4qFsx3dud6mM7A~2',
  'hono-sessions 0.8.1':
    'Fe26.2**19567a6a330ad455d93a1fa1300c84bc830d55e8c96c82c6ebce47b56d0d2f84*BinxLGzFMBXHDaDE1Dtjgw*-IEG4WKph3g1k84ouvQJHnqe9qUxKLL-QrwDl_0QE5rwftqBzK3HRYpb_Dr3NGOf4FLvNZ778eGUx1k9Y6Oy-iaHHp3Yn1-YGj9OPpPpwUdx6SuoOfm-iacJUdj_5ngtIXROcmtdB2eDKhWAYIZu6KzSvymNK5fT8FK-hdhiIeciAxsFMbdFNxP-nBN7xx3cgEvpVmp2iIvW12Tysb6PMFc9-XqPuKBYWiNeAV8lKkZhBiixJuZWmOJwmqOkNss1LocjkzbTosZXp4F-mecqFhkBDrH7It6ilNU8RvGtVwl9HkgxhFkMJgtrcuvdRXcTaoRHrUAQsVn65uKQLp3BiQ**4c6141f2ea64ef6ae81d30edad61e16b21c79a771c25882efa6664c16c0c9509*_0Fk9z9wwi874_l-3ZcHYNFK4QMV4ZL2HhUxAjXE4dQ',
  '@hono/session 0.2.1':
    'eyJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiZGlyIn0..Y1Siq7-v7UKLWeCY.sZZtOwoJTWMpr5VWiPqqQbUt-3UMkG5xPhfuuPYQTm1IZBczFogfMs71DFT24bf33tNqg_QmIzwHn1YsYf9_TUq1luEg8LYy88pwQrUjXi3irWbtr7w39kFobvB1T9rLo0XrS_sIDMmqxWdfrw3WXXAeFCLXNIcpZ1WDDYzz.5-TKTElX9plIm8fNEFKkFA',
  'express-session 1.19.0':
    's%3Asid-of-mary-0123456789.6AxCEsqDTooCLKmAunCTM1B8NpqeL6%2FwGyEBf5m2CE0',
}

const cases = [
  ['iron-session 9.0.1', ironSession, 'my-app', { user: 'mary', counter: 4 }],
  ['@hono/session 0.2.1', honoSession, 'sid', { user: 'mary', counter: 4 }],
  ['hono-sessions 0.8.1', honoSessions, 'session', { user: 'mary', messages: ['Saved.'] }],
  ['express-session 1.19.0', expressApp, 'connect.sid', { user: 'mary', messages: ['Saved.'] }],
] as const

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now })
  const old = { cookie: {}, passport: { user: 'mary' }, flash: { info: ['Saved.'] } }
  await env.SESSIONS_KV.put('sess:sid-of-mary-0123456789', JSON.stringify(old))
})
afterEach(() => vi.useRealTimers())

describe.each(cases)('a cookie of %s', (library, app, name, expected) => {
  async function read(token: string) {
    const visitor = browser(app, bindings)
    visitor.cookies.set(name, token)
    return { answer: await (await visitor.get('/')).json<object>(), visitor }
  }

  it('is read, and rewritten in the new format', async () => {
    const { answer, visitor } = await read(cookies[library])
    expect(answer).toEqual(expected)
    expect(visitor.cookies.get(name)).toMatch(/^[\w-]+\.[\w-]{43}$/)
    expect(await (await visitor.get('/')).json()).toMatchObject({ user: 'mary' })
  })

  it('is forged after any change of a character', async () => {
    const token = cookies[library].replace(/~2$/, '')
    for (let at = 0; at < token.length; at += 7) {
      const other = token[at] === 'A' ? 'B' : 'A'
      const { answer } = await read(token.slice(0, at) + other + token.slice(at + 1))
      expect(answer, `character ${at}`).not.toHaveProperty('user')
    }
  })
})

it.each(cases.slice(0, 3))(
  'a cookie of %s is over when it was to expire',
  async (library, app, name) => {
    vi.setSystemTime(now + 15 * 24 * 60 * 60 * 1000)
    const visitor = browser(app, bindings)
    visitor.cookies.set(name, cookies[library])
    expect(await (await visitor.get('/')).json()).not.toHaveProperty('user')
  },
)
