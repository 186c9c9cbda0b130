import type { Context } from 'hono'
import { FormTooLargeError } from '../errors.ts'
import type { Bytes } from './bytes.ts'

/**
 * Reads the body of a request, and leaves `c.req` and `c.req.raw` as if it had not been read.
 *
 * @param limit - In bytes.
 * @param header - Where the token can be sent instead, for the error message.
 * @returns The body, or the form if an earlier middleware read it with `c.req.formData()`.
 * @throws {FormTooLargeError} When the body is larger, as soon as that is known.
 * @throws {TypeError} When the body was already read from `c.req.raw`.
 */
export async function readBody(
  c: Context,
  limit: number,
  header: string,
): Promise<Bytes | FormData> {
  const { raw, bodyCache } = c.req
  const check = (size: number) => {
    if (size > limit) throw new FormTooLargeError(limit, header)
  }
  const declared = Number(raw.headers.get('Content-Length'))
  check(declared)
  if (bodyCache.formData && !bodyCache.arrayBuffer) return bodyCache.formData
  if (Object.keys(bodyCache).length > 0) return new Uint8Array(await c.req.arrayBuffer())
  if (raw.bodyUsed) throw new TypeError('the body was already read from c.req.raw')
  const body = await collect(raw.body, declared || limit, check)
  c.req.raw = withBody(raw, body)
  return body
}

/** The same request with a body that has not been read. */
function withBody(raw: Request, body: Bytes): Request {
  try {
    return new Request(raw, { body })
  } catch {
    // Some servers on Node pass an object that looks like a Request, which the constructor refuses.
    const { url, method, headers, signal } = raw
    return new Request(url, { method, headers, signal, body })
  }
}

/** Reads a stream to its end. If it is too large, the rest is left for the server to discard. */
async function collect(
  stream: ReadableStream<Uint8Array> | null,
  most: number,
  check: (size: number) => void,
): Promise<Bytes> {
  const reader = stream?.getReader()
  let bytes = new Uint8Array()
  for (let size = 0; ; ) {
    const { value } = (await reader?.read()) ?? {}
    if (value === undefined) return bytes.subarray(0, size)
    const end = size + value.length
    check(end)
    if (end > bytes.length) {
      const grown = new Uint8Array(Math.min(most, Math.max(end, bytes.length * 2)))
      grown.set(bytes)
      bytes = grown
    }
    bytes.set(value, size)
    size = end
  }
}
