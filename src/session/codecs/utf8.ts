const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })

/** Encodes a string in UTF-8. */
export function toUtf8(text: string) {
  return encoder.encode(text)
}

/** Decodes UTF-8. Malformed bytes become U+FFFD. */
export function fromUtf8(bytes: BufferSource): string {
  return decoder.decode(bytes)
}
