import { toUtf8 } from '../codecs/utf8.ts'
import { CookieTooLargeError, oneLine } from '../errors.ts'
import type { Entries } from './changes.ts'

/**
 * Makes the error for a session that browsers or the store would not keep, with its three largest keys.
 *
 * @param what - What is too large: `size` bytes, where `most` are kept.
 */
export function tooLarge(
  what: string,
  { size, most, data }: { size: number; most: number; data: Entries },
): CookieTooLargeError {
  return new CookieTooLargeError(
    `session: ${what} has ${size} bytes, more than the ${most} that are kept. Largest keys, with their bytes: ${largestKeys(data)}. Keep less.`,
  )
}

function largestKeys(data: Entries): string {
  return [...data]
    .map(([key, value]) => ({ key, bytes: toUtf8(JSON.stringify({ [key]: value })).length }))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, 3)
    .map(
      ({ key, bytes }) => `${oneLine(key.length > 64 ? `${key.slice(0, 63)}…` : key)} (${bytes})`,
    )
    .join(', ')
}
