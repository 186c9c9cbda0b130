import { decodeBase64url, encodeBase64url } from './codecs/base64url.ts'
import { toUtf8 } from './utf8.ts'

/**
 * Hides a text behind random bytes, so that it reads otherwise each time it is sent: what never
 * repeats cannot be guessed from the sizes of compressed pages.
 *
 * @see https://breachattack.com
 */
export function mask(secret: string): string {
  const bytes = toUtf8(secret)
  const masked = new Uint8Array(bytes.length * 2)
  crypto.getRandomValues(masked.subarray(0, bytes.length))
  for (const [i, byte] of bytes.entries()) masked[bytes.length + i] = byte ^ (masked[i] as number)
  return encodeBase64url(masked)
}

/** Tells whether a text hides the secret, in a time that does not depend on where they differ. */
export function isMaskOf(text: string, secret: string): boolean {
  const bytes = toUtf8(secret)
  if (text.length !== Math.ceil((bytes.length * 8) / 3)) return false // before the work on a long one
  const masked = decodeBase64url(text)
  if (masked?.length !== bytes.length * 2) return false
  let difference = 0
  for (const [i, byte] of bytes.entries()) {
    difference |= (masked[i] as number) ^ (masked[bytes.length + i] as number) ^ byte
  }
  return difference === 0
}
