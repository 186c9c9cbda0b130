/** A change of the cart, for a flash message that can undo it. */
export type CartNews = { did: 'added' | 'removed'; item: string }

/** Describes a change of the cart. */
export function newsOf({ did, item }: CartNews): string {
  return did === 'added' ? `Added “${item}”.` : `Removed “${item}”.`
}

/** Characters of the longest item. */
export const maxItemLength = 80

/** Bytes of all items together, as JSON: what a cookie has room for beside the rest. */
export const maxCartBytes = 2000

/** Says why an item cannot be added; `null`: it can. */
export function whyNot(cart: readonly string[], item: string): string | null {
  if (item === '') return 'Enter an item to add.'
  if (item.length > maxItemLength) return `Use up to ${maxItemLength} characters.`
  if (cartBytes([...cart, item]) <= maxCartBytes) return null
  return 'Your cart is full: it holds 2 kB, so that the cookie stays small. Remove an item first.'
}

/** Bytes that the items take up. */
export function cartBytes(cart: readonly string[]): number {
  return new TextEncoder().encode(JSON.stringify(cart)).length
}

/** The cart without one piece of an item. */
export function without(cart: readonly string[], item: string): string[] {
  const at = cart.lastIndexOf(item)
  return at < 0 ? [...cart] : cart.toSpliced(at, 1)
}

/** The items, newest first, each with its number. */
export function counted(cart: readonly string[]): { item: string; amount: number }[] {
  const amounts = new Map<string, number>()
  for (const item of cart.toReversed()) amounts.set(item, (amounts.get(item) ?? 0) + 1)
  return [...amounts].map(([item, amount]) => ({ item, amount }))
}
