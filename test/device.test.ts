import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { decodeBase64url, encodeBase64url } from '../src/session/codecs/base64url.ts'
import { deviceBinding } from '../src/session/device.ts'
import { session } from '../src/session/index.ts'
import { memoryStore } from '../src/session/stores/memory.ts'
import { browser } from '../src/session/testing.ts'
import { secret } from './kit/tokens.ts'

describe.each(['cookie', 'store'])('deviceBinding(), with sessions in a %s', (kind) => {
  it('binds a login, renews the bound cookie, and refuses a copy without it', async () => {
    const reasons: string[] = []
    const app = new Hono()
      .use(
        session({
          secret,
          device: deviceBinding(),
          ...(kind === 'store' && { store: memoryStore() }),
          onReject: (r) => void reasons.push(r),
        }),
      )
      .get('/login', async (c) => {
        const s = await c.var.session()
        s.regenerate()
        s.set('user', 'mary')
        return c.text('hi')
      })
      .get('/', async (c) => {
        const s = await c.var.session()
        return c.json([s.get('user') ?? null, s.device ?? null])
      })
    const owner = browser(app)
    const login = await owner.get('/login')
    const registration = login.headers.get('Secure-Session-Registration') ?? ''
    const challenge = /challenge="([^"]+)"/.exec(registration)?.[1] ?? ''
    expect(registration).toMatch(/^\(ES256\);path="\/.session\/register";challenge="/)
    expect(await (await owner.get('/')).json()).toEqual(['mary', 'unbound'])
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
      'sign',
      'verify',
    ])
    if (!('privateKey' in pair)) throw new Error()
    const { x, y } = (await crypto.subtle.exportKey('jwk', pair.publicKey)) as JsonWebKey
    const prove = async (jti: string, jwk?: object) => {
      const enc = (v: object) => encodeBase64url(new TextEncoder().encode(JSON.stringify(v)))
      const signed = `${enc({ alg: 'ES256', typ: 'dbsc+jwt', ...(jwk && { jwk }) })}.${enc({ jti })}`
      const mac = await crypto.subtle.sign(
        { name: 'ECDSA', hash: 'SHA-256' },
        pair.privateKey,
        new TextEncoder().encode(signed),
      )
      return `${signed}.${encodeBase64url(new Uint8Array(mac))}`
    }
    const jwk = { kty: 'EC', crv: 'P-256', x, y }
    const register = await owner.post(
      '/.session/register',
      {},
      { headers: { 'Secure-Session-Response': await prove(challenge, jwk) } },
    )
    expect(register.status).toBe(200)
    const instructions = (await register.json()) as { session_identifier: string }
    expect(owner.cookies.has('__Host-session-device')).toBe(true)
    expect(await (await owner.get('/')).json()).toEqual(['mary', 'bound'])
    const asked = await owner.post(
      '/.session/refresh',
      {},
      { headers: { 'Sec-Secure-Session-Id': instructions.session_identifier } },
    )
    expect(asked.status).toBe(403)
    const next = /^"([^"]+)"/.exec(asked.headers.get('Secure-Session-Challenge') ?? '')?.[1] ?? ''
    const refreshed = await owner.post(
      '/.session/refresh',
      {},
      {
        headers: {
          'Sec-Secure-Session-Id': instructions.session_identifier,
          'Secure-Session-Response': await prove(next),
        },
      },
    )
    expect([refreshed.status, await refreshed.json()]).toEqual([200, instructions])
    expect(decodeBase64url('')).toHaveLength(0)
  })
})
