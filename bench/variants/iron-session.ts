import type { Context } from 'hono'
import { getIronSession, type IronSession, webCookies } from 'iron-session'
import { host, secret } from '../host.ts'
import { type Plain, plainApp } from './plain.ts'

const options = { password: secret, cookieName: '__Host-session', ttl: 1200 }

const opened = new WeakMap<Context, { session: IronSession<Plain>; headers: Headers }>()

const app = plainApp({
  async load(c) {
    const headers = new Headers()
    const session = await getIronSession<Plain>(webCookies(c.req.raw, headers), options)
    opened.set(c, { session, headers })
    return session
  },
  async save(c) {
    const { session, headers } = opened.get(c) ?? {}
    await session?.save()
    for (const line of headers?.getSetCookie() ?? []) c.header('Set-Cookie', line)
  },
})

export default host(app)
