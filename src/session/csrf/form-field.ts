import type { Context } from 'hono'
import { readBody } from './form-body.ts'
import { findInMultipart } from './multipart.ts'
import { findInUrlencoded } from './urlencoded.ts'

/** Where a token may be, of the options of `csrf()`. */
export interface TokenPlaces {
  readonly header: string
  readonly field: string
  /** In bytes. */
  readonly maxFormSize?: number
}

/**
 * Finds the last field of the name in the form that a request carries. The form is not built:
 * `FormData` and `URLSearchParams` take seconds for a hostile megabyte.
 *
 * @returns The value; `undefined` when the body is no form or has no such field, or the last one is a
 * file.
 * @throws {FormTooLargeError} When the form is larger.
 * @throws {TypeError} When the body was read before, or is not what its content type says. Other
 * errors are those of the body.
 */
export async function formField(
  c: Context,
  { header, field, maxFormSize }: TokenPlaces,
): Promise<string | undefined> {
  const type = c.req.header('Content-Type') ?? ''
  const [kind] = type.toLowerCase().split(/\s*;/)
  const isMultipart = kind === 'multipart/form-data'
  if (!isMultipart && kind !== 'application/x-www-form-urlencoded') return undefined
  // 16 MiB is the most that fits an isolate of 128 MB a few at a time.
  const body = await readBody(c, maxFormSize ?? 2 ** (isMultipart ? 24 : 20), header)
  if (body instanceof Uint8Array) {
    return isMultipart ? findInMultipart(body, field, type) : findInUrlencoded(body, field)
  }
  const value = body.getAll(field).at(-1)
  return typeof value === 'string' ? value : undefined
}
