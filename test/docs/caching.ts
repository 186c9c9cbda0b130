import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { cache } from 'hono/cache'
import { etag } from 'hono/etag'
import { csrf, session } from '../../src/session/index.ts'

// #region order
const app = new Hono<{ Bindings: { SESSION_SECRET: string } }>()
  .use('/articles/*', cache({ cacheName: 'articles', cacheControl: 'max-age=60' })) // 1. outside
  .use(bodyLimit({ maxSize: 2 * 1024 * 1024 })) // 2. before anybody reads the body
  .use(session<{ name: string }>((c) => ({ secret: c.env.SESSION_SECRET }))) // 3.
  .use(csrf()) // 4.
  .use(etag()) // 5. inside
// #endregion

app.get('/articles/:id', (c) => c.text(`Article ${c.req.param('id')}`))

// #region public
app.get('/greeting', async (c) => {
  const session = await c.var.session()
  c.header('Cache-Control', 'private, max-age=60') // after the session was opened: it stands
  return c.text(`Hello, ${session.get('name') ?? 'stranger'}!`)
})
// #endregion

// #region upstream
app.get('/reports/*', async (c) => {
  const session = await c.var.session()
  if (session.get('name') === undefined) return c.text('Log in first', 401)
  const upstream = await fetch(new URL(c.req.path, 'https://reports.example.com'))
  const response = new Response(upstream.body, upstream)
  response.headers.set('Cache-Control', 'private, no-store') // whatever the upstream says
  return response
})
// #endregion

export default app
