// Hono's own signed cookies, with JSON in them. They do not expire.
import { getSignedCookie, setSignedCookie } from 'hono/cookie'
import { host, secret } from '../host.ts'
import { plainApp } from './plain.ts'

const attributes = {
  prefix: 'host',
  path: '/',
  secure: true,
  httpOnly: true,
  sameSite: 'Lax',
} as const

const app = plainApp({
  async load(c) {
    const text = await getSignedCookie(c, secret, 'session', 'host')
    return text ? JSON.parse(text) : {}
  },
  save: (c, data) => setSignedCookie(c, 'session', JSON.stringify(data), secret, attributes),
})

export default host(app)
