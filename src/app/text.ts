/** Takes a text as a visitor typed it: one line, without spaces at its ends, or nothing at all. */
export function cleanText(text: unknown): string {
  if (typeof text !== 'string' || !/[^\s\p{Cc}\p{Cf}]/u.test(text)) return ''
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
}
