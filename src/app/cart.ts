/** Characters of the longest item. */
export const maxItemLength = 80

/** Bytes of all items together, as JSON: what a cookie has room for beside the rest. */
const maxCartBytes = 2000

/** Takes an item as a visitor typed it: one line, without spaces at its ends, or nothing at all. */
export function cleanItem(text: unknown): string {
  if (typeof text !== 'string' || !/[^\s\p{Cc}\p{Cf}]/u.test(text)) return ''
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
}

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
