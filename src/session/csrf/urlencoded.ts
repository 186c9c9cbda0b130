import { toUtf8 } from '../codecs/utf8.ts'
import { type Bytes, shortText } from './bytes.ts'

const space = 0x20
const percent = 0x25
const ampersand = 0x26
const plus = 0x2b
const equals = 0x3d

/**
 * Finds the value of the last field of a name in a urlencoded form, in one pass over its bytes.
 *
 * @returns `undefined` when there is no such field.
 * @see https://url.spec.whatwg.org/#urlencoded-parsing
 */
export function findInUrlencoded(body: Bytes, name: string): string | undefined {
  const expected = toUtf8(name)
  let pair: Bytes | undefined
  for (let start = 0, end = 0; start < body.length; start = end + 1) {
    end = start
    while (end < body.length && body[end] !== ampersand) end++
    if (isNamed(body, start, expected)) pair = body.subarray(start, end)
  }
  return pair && [...new URLSearchParams(shortText(pair)).values(), ''][0]
}

/** Whether the pair that starts here has this name. Stops at the first difference. */
function isNamed(body: Bytes, start: number, name: Uint8Array): boolean {
  let at = start
  for (let i = 0; i < name.length; i++) {
    let byte = body[at++]
    if (isEndOfName(byte)) return false
    if (byte === plus) byte = space
    if (byte === percent) {
      const escaped = hexDigit(body[at]) * 16 + hexDigit(body[at + 1])
      if (escaped >= 0) {
        byte = escaped
        at += 2
      }
    }
    if (byte !== name[i]) return false
  }
  return isEndOfName(body[at])
}

function isEndOfName(byte: number | undefined): boolean {
  return byte === equals || byte === ampersand || byte === undefined
}

/** The value of a hexadecimal digit; of another byte a number so low that no sum with it is ≥ 0. */
function hexDigit(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -256
}
