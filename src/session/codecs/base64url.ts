const unpadded = { alphabet: 'base64url', omitPadding: true }

/** https://tc39.es/ecma262/#sec-uint8array.prototype.tobase64, which Node has from 25 on. */
interface NativeBase64 {
  toBase64(options: typeof unpadded): string
  setFromBase64(text: string, options: typeof unpadded): unknown
}

/** A `Uint8Array<ArrayBuffer>`, spelled so that TypeScript before 5.7 reads it, too. */
export type Bytes = ReturnType<Uint8Array['slice']>

/** Bytes converted at once: they are passed as arguments, which must fit on the stack. */
const chunkLength = 8192

/**
 * Writes bytes as base64url without padding.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4648#section-5
 */
export function encodeBase64url(bytes: Uint8Array): string {
  if (isNative(bytes)) return bytes.toBase64(unpadded)
  let binary = ''
  for (let at = 0; at < bytes.length; at += chunkLength) {
    const chunk: ArrayLike<number> = bytes.subarray(at, at + chunkLength)
    binary += String.fromCharCode.apply(null, chunk as number[])
  }
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/**
 * Reads base64url in its one canonical spelling: no padding, no other alphabet, no white space,
 * unused bits zero (RFC 4648 §3.5), so that no two strings decode to the same bytes.
 *
 * @returns The bytes, or `null` for any other string.
 */
export function decodeBase64url(text: string): Bytes | null {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  try {
    return fill(bytes, text) ? bytes : null
  } catch {
    return null
  }
}

/** Decodes the text into `bytes`. Whether the text is the canonical encoding of them. */
function fill(bytes: Uint8Array, text: string): boolean {
  if (isNative(bytes)) {
    bytes.setFromBase64(text, unpadded)
    return bytes.toBase64(unpadded) === text
  }
  const base64 = text.replaceAll('-', '+').replaceAll('_', '/')
  const binary = atob(base64)
  for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at)
  return !/[+/]/.test(text) && btoa(binary).replaceAll('=', '') === base64
}

function isNative(bytes: Uint8Array): bytes is Uint8Array & NativeBase64 {
  return 'toBase64' in bytes && 'setFromBase64' in bytes
}
