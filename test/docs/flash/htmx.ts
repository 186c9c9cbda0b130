import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import { html } from 'hono/html'
import { type SessionVariables, session } from '../../../src/session/index.ts'

/** Hands waiting messages to htmx as an event, unless the page shows them itself. */
const flashTrigger = createMiddleware<{ Variables: SessionVariables }>(async (c, next) => {
  await next()
  const isRedirect = c.res.status >= 300 && c.res.status < 400
  if (c.req.header('HX-Request') !== 'true' || isRedirect || c.res.headers.has('HX-Redirect'))
    return
  const session = await c.var.session()
  const messages = session.popFlash()
  if (messages.length > 0) c.header('HX-Trigger', toAscii(JSON.stringify({ flash: { messages } })))
})

/** Headers carry ASCII; JSON can spell everything else as `\u2026`. */
function toAscii(json: string): string {
  return json.replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

const app = new Hono<{ Bindings: { SESSION_SECRET: string } }>()
  .use(
    session((c) => ({ secret: c.env.SESSION_SECRET })),
    flashTrigger,
  )
  .post('/items', async (c) => {
    const session = await c.var.session()
    session.flash('“Tea” was added.')
    return c.html(html`<li>Tea</li>`)
  })

export default app
