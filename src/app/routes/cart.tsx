import { Hono } from 'hono'
import { csrf, csrfToken } from '../../session/index.ts'
import { posted, refuse } from '../forms.ts'
import { whyNot, without } from '../model/cart.ts'
import { CartPage } from '../pages/cart.tsx'
import type { SiteEnv } from '../sessions.ts'
import { visitOf } from '../visit.ts'

/** A cart that lives in the session, and reports changes by flash messages. */
export const cart = new Hono<SiteEnv>()
  .get('/', async (c) => {
    const session = await c.var.session()
    const { visit, own } = visitOf(c, session, ['cart', 'item'])
    const now = Math.floor(Date.now() / 1000)
    const wasShown = now - (session.get('shownAt') ?? 0) < 60
    if (own.cart.length > 0) session.set('shownAt', now)
    return c.html(
      <CartPage
        visit={visit}
        items={session.get('cart') ?? []}
        news={own.cart}
        wasShown={wasShown}
        refused={own.item}
        csrfToken={csrfToken(session)}
      />,
    )
  })
  .post('/', csrf(), async (c) => {
    const session = await c.var.session()
    const item = await posted(c, 'item')
    const problem = whyNot(session.get('cart') ?? [], item)
    if (problem) {
      session.flash(refuse(item, problem), 'item', false)
      return c.redirect('/cart', 303)
    }
    session.update('cart', (cart = []) => [...cart, item])
    session.flash({ did: 'added', item }, 'cart', false)
    return c.redirect('/cart#items', 303)
  })
  .post('/remove', csrf(), async (c) => {
    const session = await c.var.session()
    const item = await posted(c, 'item')
    if (!session.get('cart')?.includes(item)) {
      session.flash('There is no such item.', 'error', false)
      return c.redirect('/cart', 303)
    }
    session.update('cart', (cart = []) => without(cart, item))
    session.flash({ did: 'removed', item }, 'cart', false)
    return c.redirect('/cart#items', 303)
  })
