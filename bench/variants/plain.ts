import { type Context, Hono, type MiddlewareHandler } from 'hono'
import type { Env } from '../host.ts'
import { type Data, dataOf, message } from '../scenarios.ts'

/** What is kept where a peer has no flash messages: they are made by hand. */
export type Plain = Partial<Data> & { flash?: string[] }

/** How a peer that hands out plain data reads and writes it. */
export interface Plainly {
  load(c: Context): Promise<Plain>
  save(c: Context, data: Plain): Promise<void>
  middleware?: MiddlewareHandler
}

/** Makes the app that users of such a peer write. */
export function plainApp({ load, save, middleware }: Plainly): Hono<{ Bindings: Env }> {
  const app = new Hono<{ Bindings: Env }>()
  app.onError((error, c) => c.text(error.message, 500))
  if (middleware) app.use(middleware)
  return app
    .get('/untouched', (c) => c.text('ok'))
    .get('/read', async (c) => {
      const data = await load(c)
      return c.text(String(data.counter))
    })
    .get('/count', async (c) => {
      const data = await load(c)
      data.counter = (data.counter ?? 0) + 1
      await save(c, data)
      return c.text(String(data.counter))
    })
    .get('/flash', async (c) => {
      const data = await load(c)
      data.flash = [...(data.flash ?? []), message]
      await save(c, data)
      return c.text('ok')
    })
    .get('/pop', async (c) => {
      const data = await load(c)
      const messages = data.flash ?? []
      if (messages.length > 0) {
        delete data.flash
        await save(c, data)
      }
      return c.text(messages.join())
    })
    .get('/seed/:bytes', async (c) => {
      const data = await load(c)
      const { counter, items } = dataOf(Number(c.req.param('bytes')))
      data.counter = counter
      if (items.length > 0) data.items = items
      if (c.req.query('flash')) data.flash = [message]
      await save(c, data)
      return c.text('ok')
    })
}
