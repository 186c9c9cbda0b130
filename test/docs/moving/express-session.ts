import { Hono } from 'hono'
import { encodeBase64url } from '../../../src/session/codecs/base64url.ts'
import { type Codec, session } from '../../../src/session/index.ts'

/**
 * Reads sessions of express-session, and writes none.
 *
 * @param load - Reads a session from the old store, such as `GET sess:<id>` from Redis.
 */
export function expressSessionCodec(
  secret: string,
  load: (id: string) => Promise<string | null>,
): Codec {
  return {
    async encode() {
      throw new Error('This codec only reads: list it behind a secret')
    },
    async decode(token) {
      const id = await verify(token, secret)
      const text = id === null ? null : await load(id)
      if (text === null) return null
      const { cookie, flash, passport, ...data } = JSON.parse(text)
      const now = Math.floor(Date.now() / 1000)
      const queues = Object.entries<unknown[]>(flash ?? {})
      return JSON.stringify([
        now,
        now,
        {
          ...data,
          ...(passport && { user: passport.user }),
          ...Object.fromEntries(queues.map(([queue, messages]) => [`_f_${queue}`, messages])),
        },
      ])
    },
  }
}

/** Takes the id out of `s:id.signature`, percent-encoded; `null`: not signed by this secret. */
async function verify(token: string, secret: string): Promise<string | null> {
  const [, id = '', signature = ''] = /^s%3A([\w-]+)\.([\w%]+)$/.exec(token) ?? []
  const encoder = new TextEncoder()
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), hmac, false, ['sign'])
  const expected = await crypto.subtle.sign('HMAC', key, encoder.encode(id))
  const given = signature.replaceAll('%2B', '-').replaceAll('%2F', '_')
  return given === encodeBase64url(new Uint8Array(expected)) ? id : null
}

// #region app
interface Bindings {
  SESSION_SECRET: string
  EXPRESS_SECRET: string
  OLD_SESSIONS: KVNamespace // where a copy of the old store is, or any function that reads it
}

const app = new Hono<{ Bindings: Bindings }>()
  .use(
    session<{ user: string }>((c) => ({
      secret: c.env.SESSION_SECRET, // a new one: it signs from now on
      codec: expressSessionCodec(c.env.EXPRESS_SECRET, (id) =>
        c.env.OLD_SESSIONS.get(`sess:${id}`),
      ),
      cookie: { name: 'connect.sid', prefix: undefined },
    })),
  )
  .get('/', async (c) => {
    const session = await c.var.session()
    return c.json({ user: session.get('user'), messages: session.popFlash('info') })
  })
// #endregion

export default app
