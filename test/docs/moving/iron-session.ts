import { Hono } from 'hono'
import { session } from '../../../src/session/index.ts'
import { ironCodec } from './iron.ts'

interface Data {
  user: string
  counter: number
}

const app = new Hono<{ Bindings: { SESSION_SECRET: string; IRON_PASSWORD: string } }>()
  .use(
    session<Data>((c) => ({
      secret: c.env.SESSION_SECRET, // a new one: it signs from now on
      codec: ironCodec({ 1: c.env.IRON_PASSWORD }, (sealed) => sealed as object),
      cookie: { name: 'my-app', prefix: undefined }, // your cookieName
    })),
  )
  .get('/', async (c) => {
    const session = await c.var.session()
    return c.json({
      user: session.get('user'),
      counter: session.update('counter', (n = 0) => n + 1),
    })
  })

export default app
