import { Hono } from 'hono'
import { type PyramidCodecOptions, pyramidCodec } from '../../src/session/codecs/pyramid.ts'
import { csrf, csrfToken, type Session, session } from '../../src/session/index.ts'

/** The counterpart of pyramid.py: the same routes, the same cookie. */
export function edgeApp(options: PyramidCodecOptions) {
  return new Hono()
    .use(
      session({
        codec: pyramidCodec(options),
        cookie: { name: 'session', prefix: undefined, secure: false },
        timeout: 1200,
        reissueTime: 0,
        lifetime: null,
      }),
    )
    .get('/', async (c) => c.html(page('Home View', await c.var.session())))
    .get('/howdy', async (c) => c.html(page('Hello View', await c.var.session())))
    .get('/flash', async (c) => {
      const session = await c.var.session()
      session.flash(c.req.query('message') ?? '', c.req.query('queue'))
      return c.json(null)
    })
    .get('/pop', async (c) => {
      const session = await c.var.session()
      return c.json(session.popFlash(c.req.query('queue')))
    })
    .get('/set', async (c) => {
      const session = await c.var.session()
      const data: object = JSON.parse(c.req.query('data') ?? '{}')
      for (const [key, value] of Object.entries(data)) session.set(key, value)
      return c.json(null)
    })
    .get('/state', async (c) => {
      const session = await c.var.session()
      const { new: isNew, created } = session
      return c.json({ new: isNew, created, data: Object.fromEntries(session.entries()) })
    })
    .get('/token', async (c) => c.json(csrfToken(await c.var.session())))
    .post('/protected', csrf(), (c) => c.json('done'))
}

function page(name: string, session: Session): string {
  const count = session.update('counter', (n) => (typeof n === 'number' ? n + 1 : 1))
  return `<h1>Hi ${name}</h1><p>Count: ${count}</p>`
}
