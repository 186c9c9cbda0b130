import { Hono } from 'hono'
import { pyramidCodec } from '../../src/session/codecs/pyramid.ts'
import { session } from '../../src/session/index.ts'

const app = new Hono<{ Bindings: { PYRAMID_SECRET: string } }>()
  .use(
    session<{ counter: number }>((c) => ({
      codec: pyramidCodec({ secret: c.env.PYRAMID_SECRET }), // its secret, salt and hashalg
      cookie: { name: 'session', prefix: undefined }, // its cookie_name
      timeout: 1200, // its timeout
      lifetime: null, // it has none
    })),
  )
  .get('/howdy', async (c) => {
    const session = await c.var.session()
    return c.text(`Count: ${session.update('counter', (n = 0) => n + 1)}`)
  })

export default app
