import { maxCookieBytes } from './cookie.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })
const scratch = new Uint8Array(maxCookieBytes)

/** Spells a text in UTF-8. */
export function toUtf8(text: string) {
  return encoder.encode(text)
}

/**
 * Spells a text in UTF-8, to be used at once: the next call overwrites the bytes.
 *
 * Web Crypto copies what it is given before it returns
 * (https://www.w3.org/TR/webcrypto-2/#SubtleCrypto-method-sign).
 */
export function scratchUtf8(text: string) {
  const { read, written } = encoder.encodeInto(text, scratch)
  return read === text.length ? scratch.subarray(0, written) : toUtf8(text)
}

/** Reads UTF-8. What is none becomes U+FFFD. */
export function fromUtf8(bytes: BufferSource): string {
  return decoder.decode(bytes)
}
