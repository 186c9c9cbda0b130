import { Hono } from 'hono'
import { jsxRenderer, useRequestContext } from 'hono/jsx-renderer'
import { type SessionVariables, session } from '../../../src/session/index.ts'

interface Flash {
  '': string
  error: string
}

async function Messages() {
  const c = useRequestContext<{ Variables: SessionVariables<Record<string, unknown>, Flash> }>()
  const session = await c.var.session()
  return (
    <>
      {session.popFlashes().map(([queue, message]) => (
        <p role={queue === 'error' ? 'alert' : 'status'}>{message}</p>
      ))}
    </>
  )
}

const app = new Hono<{ Bindings: { SESSION_SECRET: string } }>()
  .use(session<Record<string, unknown>, Flash>((c) => ({ secret: c.env.SESSION_SECRET })))
  .use(
    jsxRenderer(({ children }) => (
      <html lang="en">
        <body>
          <Messages />
          {children}
        </body>
      </html>
    )),
  )
  .post('/', async (c) => {
    const session = await c.var.session()
    session.flash('Saved.')
    session.flash('One field was ignored.', 'error')
    return c.redirect('/', 303)
  })
  .get('/', (c) => c.render(<h1>Hello</h1>))

export default app
