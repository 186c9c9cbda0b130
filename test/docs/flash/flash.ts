import { Hono } from 'hono'
import { html } from 'hono/html'
import { type Session, session } from '../../../src/session/index.ts'

// #region types
interface Flash {
  '': string // the default queue
  error: string
  undo: { id: number; name: string } // any JSON value
}
// #endregion

const app = new Hono<{ Bindings: { SESSION_SECRET: string } }>().use(
  session<Record<string, unknown>, Flash>((c) => ({ secret: c.env.SESSION_SECRET })),
)

// #region redirect
app.post('/items', async (c) => {
  const session = await c.var.session()
  session.flash('Your item was added.')
  session.flash({ id: 7, name: 'Tea' }, 'undo')
  return c.redirect('/items', 303)
})
// #endregion

app.get('/items', async (c) => {
  const session = await c.var.session()
  // #region page
  return c.html(html`
    ${session.popFlash('error').map((message) => html`<p role="alert">${message}</p>`)}
    ${session.popFlash().map((message) => html`<p role="status">${message}</p>`)}
    ${session.popFlash('undo').map(({ id, name }) => html`<a href="/undo/${id}">Undo ${name}</a>`)}
  `)
  // #endregion
})

// #region chain
app.get('/old', (c) => c.redirect('/newer', 301)) // opens no session: messages wait
app.get('/newer', async (c) => {
  const session = await c.var.session()
  session.flash('This page has moved.')
  return c.redirect('/items', 303)
})
// #endregion

// #region duplicate
app.get('/guarded', async (c) => {
  const session = await c.var.session()
  session.flash('Please log in.', 'error', false) // once, however many pages asked for it
  return c.redirect('/items', 303)
})
// #endregion

// #region now
app.post('/search', async (c) => {
  const session = await c.var.session()
  const messages = [...session.popFlash(), 'Nothing was found.'] // for this page only
  return c.html(html`${messages.map((message) => html`<p role="status">${message}</p>`)}`)
})
// #endregion

// #region keep
app.get('/poll', async (c) => {
  const session = await c.var.session()
  return c.json({ waiting: session.peekFlash().length }) // nothing is removed
})
// #endregion

// #region reflash
app.get('/interstitial', async (c) => {
  const session = await c.var.session()
  const messages = session.popFlash()
  for (const message of messages) session.flash(message) // shown here, and once more
  return c.html(html`${messages.map((message) => html`<p role="status">${message}</p>`)}`)
})
// #endregion

export type FlashSession = Session<Record<string, unknown>, Flash>
export default app
