import type { Session } from '../../src/session/index.ts'

interface Data {
  cart: { items: string[] }
}

// #region wrong
const emptyCart = { items: [] } // one object for all visitors

export function openCart(session: Session<Data>) {
  session.set('cart', emptyCart) // wrong: the next visitor finds the items of this one
}
// #endregion

// #region right
export function addToCart(session: Session<Data>, item: string) {
  session.update('cart', (cart = { items: [] }) => ({ items: [...cart.items, item] }))
}
// #endregion
