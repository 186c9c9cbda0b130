import { Hono } from 'hono'
import { csrf, csrfToken } from '../../session/index.ts'
import { maxItemLength, whyNot, without } from '../cart.ts'
import { posted } from '../forms.ts'
import { CartPage } from '../pages/cart.tsx'
import type { SiteEnv } from '../sessions.ts'

/** A cart that lives in the session, and tells what it did by flash messages. */
export const cart = new Hono<SiteEnv>()
  .get('/', async (c) => {
    const session = await c.var.session()
    return c.html(
      <CartPage
        items={session.get('cart') ?? []}
        messages={session.popFlash()}
        errors={session.popFlash('error')}
        csrfToken={csrfToken(session)}
        maxLength={maxItemLength}
      />,
    )
  })
  .post('/', csrf(), async (c) => {
    const session = await c.var.session()
    const item = await posted(c, 'item')
    const problem = whyNot(session.get('cart') ?? [], item)
    if (problem) {
      session.flash(problem, 'error', false)
    } else {
      session.update('cart', (cart = []) => [...cart, item])
      session.flash('Your item was added.', '', false)
    }
    return c.redirect('/cart', 303)
  })
  .post('/remove', csrf(), async (c) => {
    const session = await c.var.session()
    const item = await posted(c, 'item')
    if (session.get('cart')?.includes(item)) {
      session.update('cart', (cart = []) => without(cart, item))
      session.flash('Your item was removed.', '', false)
    } else {
      session.flash('There is no such item.', 'error', false)
    }
    return c.redirect('/cart', 303)
  })
