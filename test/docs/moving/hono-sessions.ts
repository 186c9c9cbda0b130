import { Hono } from 'hono'
import { session } from '../../../src/session/index.ts'
import { ironCodec } from './iron.ts'

/** What hono-sessions seals: a string with JSON. */
interface Sealed {
  _data: { [key: string]: { value: unknown; flash: boolean } }
  _expire: string | null
  _delete: boolean
}

function toData(sealed: unknown): object | null {
  const { _data, _expire, _delete } = JSON.parse(String(sealed)) as Sealed
  if (_delete || (_expire !== null && Date.parse(_expire) <= Date.now())) return null
  const entries = Object.entries(_data)
  const messages = entries.filter(([, { flash }]) => flash).map(([, { value }]) => value)
  const kept = entries.filter(([, { flash }]) => !flash).map(([key, { value }]) => [key, value])
  return { ...Object.fromEntries(kept), ...(messages.length > 0 && { _f_: messages }) }
}

const app = new Hono<{ Bindings: { SESSION_SECRET: string; ENCRYPTION_KEY: string } }>()
  .use(
    session<{ user: string }>((c) => ({
      secret: c.env.SESSION_SECRET, // a new one: it signs from now on
      codec: ironCodec({ '': c.env.ENCRYPTION_KEY }, toData),
      cookie: { name: 'session', prefix: undefined }, // your sessionCookieName
    })),
  )
  .get('/', async (c) => {
    const session = await c.var.session()
    return c.json({ user: session.get('user'), messages: session.popFlash() })
  })

export default app
