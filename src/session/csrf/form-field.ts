import type { Context } from 'hono'
import { readBody } from './form-body.ts'
import { findInMultipart } from './multipart.ts'
import { findInUrlencoded } from './urlencoded.ts'

/** The options of `csrf()` that say where a token may be. */
export interface TokenPlaces {
  readonly header: string
  readonly field: string
  /** In bytes. */
  readonly maxFormSize?: number
}

/**
 * Finds the value of the form field that carries the token; the last one counts.
 *
 * It does not build the form: `URLSearchParams` and `FormData` can take seconds for 1 MiB.
 *
 * @returns `undefined` when the body is not a form or has no such field, or the last one is a file.
 * @throws {FormTooLargeError} When the form exceeds the limit.
 * @throws {TypeError} When the body was already read, or is not what its content type says. If
 * reading the body fails, its own error.
 */
export async function formField(
  c: Context,
  { header, field, maxFormSize }: TokenPlaces,
): Promise<string | undefined> {
  const type = c.req.header('Content-Type') ?? ''
  const [kind] = type.toLowerCase().split(/\s*;/)
  const isMultipart = kind === 'multipart/form-data'
  if (!isMultipart && kind !== 'application/x-www-form-urlencoded') return undefined
  // 16 MiB: a few at a time still fit in a Worker's 128 MB.
  const body = await readBody(c, maxFormSize ?? 2 ** (isMultipart ? 24 : 20), header)
  if (body instanceof Uint8Array) {
    return isMultipart ? findInMultipart(body, field, type) : findInUrlencoded(body, field)
  }
  const value = body.getAll(field).at(-1)
  return typeof value === 'string' ? value : undefined
}
