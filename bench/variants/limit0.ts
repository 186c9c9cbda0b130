// Nothing but the cryptography: constant bytes are verified and signed, no cookie is made of them.
import { Hono } from 'hono'
import { getCookie } from 'hono/cookie'
import { type Env, host, secret } from '../host.ts'
import { message } from '../scenarios.ts'

const hmac = { name: 'HMAC', hash: 'SHA-256' }
const bytes = new TextEncoder().encode('[1795000000,1795000000,{"counter":1}]')
let kept: { key: CryptoKey; mac: ArrayBuffer } | undefined

async function keep() {
  const raw = new TextEncoder().encode(secret)
  const key = await crypto.subtle.importKey('raw', raw, hmac, false, ['sign', 'verify'])
  kept = { key, mac: await crypto.subtle.sign('HMAC', key, bytes) }
  return kept
}

async function verify(): Promise<boolean> {
  const { key, mac } = kept ?? (await keep())
  return crypto.subtle.verify('HMAC', key, mac, bytes)
}

async function sign(): Promise<void> {
  const { key } = kept ?? (await keep())
  await crypto.subtle.sign('HMAC', key, bytes)
}

const app = new Hono<{ Bindings: Env }>()
  .get('/untouched', (c) => c.text('ok'))
  .get('/read', async (c) => {
    getCookie(c, 'session')
    await verify()
    return c.text('1')
  })
for (const [path, text] of [
  ['/count', '2'],
  ['/flash', 'ok'],
  ['/pop', message],
] as const) {
  app.get(path, async (c) => {
    getCookie(c, 'session')
    await verify()
    await sign()
    return c.text(text)
  })
}

export default host(app)
