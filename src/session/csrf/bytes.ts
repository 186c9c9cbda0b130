import { fromUtf8 } from '../codecs/utf8.ts'

/** Bytes that no other thread shares. */
export type Bytes = Uint8Array<ArrayBuffer>

/** Decodes what may be a token, or the headers of its part. What is longer is neither: `''`. */
export function shortText(bytes: Bytes): string {
  return bytes.length > 4096 ? '' : fromUtf8(bytes)
}
