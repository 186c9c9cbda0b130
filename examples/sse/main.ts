import { csrf, csrfToken, session } from 'edge-session'
import { Hono } from 'hono'
import { env } from 'hono/adapter'
import { html } from 'hono/html'
import { streamSSE } from 'hono/streaming'

interface Data {
  name: string
}

/** The streams that are open, in this process. */
const listeners = new Set<(line: string) => void>()

const app = new Hono()
  .use(
    session<Data>((c) => ({ secret: env<{ SESSION_SECRET: string }>(c).SESSION_SECRET })),
    csrf(),
  )
  .get('/', async (c) => {
    const session = await c.var.session()
    const name = session.update('name', (name = `Guest ${Math.ceil(Math.random() * 1000)}`) => name)
    return c.html(html`<!doctype html>
      <h1>Chat</h1>
      <form method="post" action="/say">
        <input type="hidden" name="csrf_token" value="${csrfToken(session)}">
        <label>${name}: <input name="text" required></label>
        <button>Say it</button>
      </form>
      <ul id="lines"></ul>
      <script>
        new EventSource('/events').onmessage = ({ data }) => {
          const line = document.createElement('li')
          line.textContent = data
          document.querySelector('#lines').append(line)
        }
      </script>
    `)
  })
  .post('/say', async (c) => {
    const session = await c.var.session()
    const { text } = await c.req.parseBody()
    for (const listener of listeners) listener(`${session.get('name') ?? 'Somebody'}: ${text}`)
    return c.redirect('/', 303)
  })
  .get('/events', async (c) => {
    // Open the session before the stream begins: the response's headers leave with the first line.
    const session = await c.var.session()
    const name = session.get('name') ?? 'Somebody'
    return streamSSE(c, async (stream) => {
      const listener = (data: string) => void stream.writeSSE({ data })
      listeners.add(listener)
      await stream.writeSSE({ data: `Welcome, ${name}!` })
      await new Promise<void>((resolve) => stream.onAbort(resolve))
      listeners.delete(listener)
    })
  })

export default app
