import { csrfToken } from 'edge-session'
import { createFactory } from 'hono/factory'
import type { AppEnv } from '../session'

const { createHandlers } = createFactory<AppEnv>()

export default createHandlers(async (c) => {
  const session = await c.var.session()
  const visits = session.update('visits', (n = 0) => n + 1)
  return c.html(
    <main>
      {session.popFlash().map((message) => (
        <p role="status">{message}</p>
      ))}
      <p>Visit {visits}</p>
      <form method="post">
        <input type="hidden" name="csrf_token" value={csrfToken(session)} />
        <button type="submit">Say hello</button>
      </form>
    </main>,
  )
})

export const POST = createHandlers(async (c) => {
  const session = await c.var.session()
  session.flash('Hello!')
  return c.redirect('/', 303)
})
