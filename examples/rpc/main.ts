import { csrf, csrfToken, session } from 'edge-session'
import { Hono } from 'hono'
import { env } from 'hono/adapter'
import { validator } from 'hono/validator'

interface Data {
  todos: string[]
}

const app = new Hono()
  .use(
    session<Data>((c) => ({ secret: env<{ SESSION_SECRET: string }>(c).SESSION_SECRET })),
    csrf(),
  )
  .get('/todos', async (c) => {
    const session = await c.var.session()
    return c.json({ todos: session.get('todos') ?? [], csrfToken: csrfToken(session) })
  })
  .post(
    '/todos',
    validator('json', ({ title }: { title?: unknown }, c) =>
      typeof title === 'string' && title !== '' ? { title } : c.text('Give a title', 400),
    ),
    async (c) => {
      const session = await c.var.session()
      const { title } = c.req.valid('json')
      return c.json({ todos: session.update('todos', (todos = []) => [...todos, title]) }, 201)
    },
  )

/** What the client knows of the API. */
export type Api = typeof app

export default app
