const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const codes = new TextEncoder().encode(alphabet)
const values = new Int8Array(128).fill(-1)
for (const [value, code] of codes.entries()) values[code] = value

const ascii = new TextDecoder()

const unpadded = { alphabet: 'base64url', omitPadding: true }

/** https://tc39.es/ecma262/#sec-uint8array.prototype.tobase64, which Node has from 25 on. */
interface Base64Writer {
  toBase64(options: typeof unpadded): string
}

/**
 * Writes bytes as base64url without padding.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4648#section-5
 */
export function encodeBase64url(bytes: Uint8Array): string {
  if (isNative(bytes)) return bytes.toBase64(unpadded)
  const text = new Uint8Array(Math.ceil((bytes.length * 4) / 3))
  let bits = 0
  let pending = 0
  let end = 0
  for (const byte of bytes) {
    bits = (bits << 8) | byte
    pending += 8
    while (pending >= 6) {
      pending -= 6
      text[end++] = codes[(bits >> pending) & 63] as number
    }
  }
  if (pending > 0) text[end] = codes[(bits << (6 - pending)) & 63] as number
  return ascii.decode(text)
}

/**
 * Reads base64url in its one canonical spelling: no padding, no other alphabet, no white space,
 * unused bits zero (RFC 4648 §3.5), so that no two texts mean the same bytes.
 *
 * @returns The bytes, or `null` for any other text.
 */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | null {
  if (text.length % 4 === 1) return null
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let bits = 0
  let pending = 0
  let end = 0
  for (let i = 0; i < text.length; i++) {
    const value = values[text.charCodeAt(i)] ?? -1
    if (value < 0) return null
    bits = (bits << 6) | value
    pending += 6
    if (pending >= 8) {
      pending -= 8
      bytes[end++] = bits >> pending
    }
  }
  return (bits & ((1 << pending) - 1)) === 0 ? bytes : null
}

function isNative(bytes: Uint8Array): bytes is Uint8Array & Base64Writer {
  return 'toBase64' in bytes
}
