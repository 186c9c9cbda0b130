import { Hono } from 'hono'
import { env } from 'hono/adapter'
import { session } from '../../../src/session/index.ts'
import { denoKvStore } from '../../../src/session/stores/deno-kv.ts'

declare const Deno: { openKv(): Promise<Parameters<typeof denoKvStore>[0]> }

// #region app
const store = denoKvStore(await Deno.openKv())

const app = new Hono()
  .use(
    session<{ counter: number }>((c) => ({
      secret: env<{ SESSION_SECRET: string }>(c).SESSION_SECRET,
      store,
    })),
  )
  .get('/', async (c) => {
    const session = await c.var.session()
    return c.text(`Count: ${session.update('counter', (n = 0) => n + 1)}`)
  })

export default app
// #endregion
