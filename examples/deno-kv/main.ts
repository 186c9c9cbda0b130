import { session } from 'edge-session'
import { denoKvStore } from 'edge-session/stores/deno-kv'
import { Hono } from 'hono'
import { env } from 'hono/adapter'

interface Data {
  visits: number
}

const store = denoKvStore(await Deno.openKv())

const app = new Hono()
  .use(session<Data>((c) => ({ secret: env<{ SESSION_SECRET: string }>(c).SESSION_SECRET, store })))
  .get('/', async (c) => {
    const session = await c.var.session()
    return c.text(`Visit ${session.update('visits', (n = 0) => n + 1)}`)
  })

export default app
