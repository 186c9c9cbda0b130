import { Hono } from 'hono'
import * as v from 'valibot'
import { session } from '../../src/session/index.ts'

const schema = v.object({
  theme: v.optional(v.picklist(['light', 'dark']), 'light'), // older sessions have none
  cart: v.optional(v.array(v.string())),
})

const app = new Hono<{ Bindings: { SESSION_SECRET: string } }>()
  .use(session((c) => ({ secret: c.env.SESSION_SECRET, schema })))
  .get('/', async (c) => {
    const session = await c.var.session()
    return c.text(`The theme is ${session.get('theme') ?? 'light'}`) // 'light' | 'dark' | undefined
  })

export default app
