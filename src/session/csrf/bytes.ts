import { fromUtf8 } from '../codecs/utf8.ts'

/** Bytes that no other thread shares. */
export type Bytes = Uint8Array<ArrayBuffer>

/** Decodes a token or the headers of a part. Longer input is neither, and gives `''`. */
export function shortText(bytes: Bytes): string {
  return bytes.length > 4096 ? '' : fromUtf8(bytes)
}
