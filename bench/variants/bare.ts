// Hono with a route, and nothing else.
import { Hono } from 'hono'
import { type Env, host } from '../host.ts'

export default host(new Hono<{ Bindings: Env }>().get('/untouched', (c) => c.text('ok')))
