// A JSON Web Token that expires, in a cookie.
import { getCookie, setCookie } from 'hono/cookie'
import { jwtVerify, SignJWT } from 'jose'
import { host, secret } from '../host.ts'
import { plainApp } from './plain.ts'

const name = '__Host-session'
const attributes = { path: '/', secure: true, httpOnly: true, sameSite: 'Lax' } as const
const hmac = { name: 'HMAC', hash: 'SHA-256' }

let kept: CryptoKey | undefined

async function key(): Promise<CryptoKey> {
  const bytes = new TextEncoder().encode(secret)
  kept ??= await crypto.subtle.importKey('raw', bytes, hmac, false, ['sign', 'verify'])
  return kept
}

const app = plainApp({
  async load(c) {
    const token = getCookie(c, name)
    if (token === undefined) return {}
    const { payload } = await jwtVerify<{ data: object }>(token, await key(), {
      algorithms: ['HS256'],
    })
    return payload.data
  },
  async save(c, data) {
    const jwt = new SignJWT({ data }).setProtectedHeader({ alg: 'HS256' }).setIssuedAt()
    const token = await jwt.setExpirationTime('20m').sign(await key())
    setCookie(c, name, token, attributes)
  },
})

export default host(app)
