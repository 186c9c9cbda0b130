import type { Session } from '../../src/session/index.ts'

interface Data {
  cart: { items: string[] }
}

export function addWrongly(session: Session<Data>, item: string) {
  // #region wrong
  const empty = { items: [] as string[] } // imagine this at the top of the module
  session.set('cart', empty) // wrong: the next visitor finds the items of this one
  // #endregion
  session.get('cart')?.items.push(item)
}

export function add(session: Session<Data>, item: string) {
  // #region right
  session.update('cart', (cart = { items: [] }) => ({ items: [...cart.items, item] }))
  // #endregion
}
