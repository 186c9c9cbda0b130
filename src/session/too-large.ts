import { CookieTooLargeError, oneLine } from './errors.ts'
import { toUtf8 } from './utf8.ts'

/**
 * Makes the error for a cookie that nobody would keep, with the three largest keys of its payload.
 *
 * @param what - What is too large.
 * @param size - Its bytes.
 * @param most - Bytes that would be kept.
 */
export function tooLarge(
  what: string,
  size: number,
  most: number,
  payload: string,
): CookieTooLargeError {
  return new CookieTooLargeError(
    `session: ${what} has ${size} bytes, more than the ${most} that are kept. Largest keys, with their bytes: ${largestKeys(payload)}. Keep less.`,
  )
}

function largestKeys(payload: string): string {
  return Object.entries(JSON.parse(payload)[2])
    .map(([key, value]) => ({
      key,
      bytes: toUtf8(JSON.stringify({ [key]: value })).length,
    }))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, 3)
    .map(({ key, bytes }) => `${oneLine(key.slice(0, 64))} (${bytes})`)
    .join(', ')
}
