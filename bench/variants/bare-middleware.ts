// Hono with a route and a middleware that does nothing.
import { Hono } from 'hono'
import { type Env, host } from '../host.ts'

const app = new Hono<{ Bindings: Env }>()
  .use(async (_, next) => {
    await next()
  })
  .get('/untouched', (c) => c.text('ok'))

export default host(app)
