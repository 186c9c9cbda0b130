/** Characters of the longest item. */
export const maxItemLength = 80

/** Bytes of all items together, as JSON: what a cookie has room for beside the rest. */
const maxCartBytes = 2000

/** Tells a visitor why an item cannot be added; `null`: it can. */
export function whyNot(cart: readonly string[], item: string): string | null {
  if (item === '') return 'Please name an item.'
  if (item.length > maxItemLength) return `An item has at most ${maxItemLength} characters.`
  const bytes = new TextEncoder().encode(JSON.stringify([...cart, item])).length
  return bytes > maxCartBytes ? 'Your cart is full. Please remove an item first.' : null
}

/** Makes the cart that is left when one of an item's pieces is taken out. */
export function without(cart: readonly string[], item: string): string[] {
  const at = cart.indexOf(item)
  return at < 0 ? [...cart] : cart.toSpliced(at, 1)
}
