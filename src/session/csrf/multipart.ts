import { toUtf8 } from '../codecs/utf8.ts'
import { type Bytes, shortText } from './bytes.ts'

// The boundary has the characters of RFC 2046 §5.1.1.
const typeWithBoundary =
  /^[^;]*(?:; *charset=[^;"]*)?; *boundary=("?)([\w'()+,./:=?-]{1,70})\1(?:; *charset=[^;"]*)?$/i

// A Content-Disposition with one name, and a file name if the part is a file; then other headers.
const partHeaders =
  /^\r\ncontent-disposition: *form-data; *name="([^"\n]*)"(; *filename\*?=(?:"[^"\n]*"|[^"\r\n;]*))*(?:\r\n(?!content-disposition)\w[^\r\n]*)*$/i

const carriageReturn = 0x0d
const dash = 0x2d
const blankLine = toUtf8('\r\n\r\n')

/**
 * Finds the value of the last field of a name in a multipart form, in one pass over its bytes.
 *
 * Parsers disagree about what browsers and `FormData` never write, such as a line feed without a
 * carriage return, text around the parts or a second name of a part. A form with any of it is
 * refused, so that no handler sees another form than this one.
 *
 * @param contentType - Has the boundary.
 * @returns `undefined` when there is no such field, or the last one is a file.
 * @throws {TypeError} When the body is not a form with this boundary.
 * @see https://www.rfc-editor.org/rfc/rfc7578#section-4
 */
export function findInMultipart(
  body: Bytes,
  name: string,
  contentType: string,
): string | undefined {
  const [, , boundary] = typeWithBoundary.exec(contentType) ?? refuse()
  const delimiter = toUtf8(`\n--${boundary}`)
  const escaped = name.replaceAll('"', '%22') // https://html.spec.whatwg.org/#multipart-form-data
  let value: Bytes | undefined
  if (find(body, delimiter.subarray(1), 0) !== 0) refuse()
  let at = delimiter.length - 1
  while (body[at] !== dash) {
    const start = find(body, blankLine, at) + blankLine.length
    const headers = shortText(body.subarray(at, start - blankLine.length))
    const [, named, file] = partHeaders.exec(headers) ?? refuse()
    at = find(body, delimiter, start)
    if (body[at - 1] !== carriageReturn) refuse()
    // workerd drops the backslashes of a name: what has this name only then is no token, either.
    if (named?.replaceAll('\\', '') === escaped.replaceAll('\\', '')) {
      value = file || named !== escaped ? undefined : body.subarray(start, at - 1)
    }
    at += delimiter.length
  }
  if (!/^--(\r\n)*$/.test(shortText(body.subarray(at)))) refuse()
  return value && shortText(value)
}

function find(body: Bytes, bytes: Uint8Array, from: number): number {
  for (let at = from; at < body.length; at++) {
    let i = 0
    while (body[at + i] === bytes[i]) if (++i === bytes.length) return at
  }
  return refuse()
}

function refuse(): never {
  throw new TypeError('the body is not a multipart form of this boundary')
}
