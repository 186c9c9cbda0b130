import { type Context, Hono } from 'hono'
import type { HTTPException } from 'hono/http-exception'
import { type CsrfOptions, csrf, csrfToken, session } from '../../src/session/index.ts'
import { shopper } from '../kit/shop.ts'
import { secret } from '../kit/tokens.ts'

export const urlencoded = 'application/x-www-form-urlencoded'
export const kib = 1024
export const mib = kib * kib

interface SiteOptions extends CsrfOptions {
  /** What stands before `csrf()`. */
  before?: (c: Context) => unknown
}

/** A site, a visitor with a token, and the last error that `onError` saw. */
export async function site({ before, ...options }: SiteOptions = {}) {
  const app = new Hono()
    .use(session({ secret }))
    .get('/token', async (c) => c.text(csrfToken(await c.var.session())))
    .use(async (c, next) => {
      const response = await before?.(c)
      return response instanceof Response ? response : next()
    })
    .use(csrf(options))
    .post('/buy', async (c) => c.text(`bought ${(await c.req.arrayBuffer()).byteLength}`))
  let error: unknown
  app.onError((thrown, c) => {
    error = thrown
    return 'getResponse' in thrown ? (thrown as HTTPException).getResponse() : c.text('failed', 500)
  })
  const { visitor, token } = await shopper(app)
  const post = (body: BodyInit, headers: Record<string, string> = {}) =>
    visitor.post('/buy', {}, { body, headers, ...(isStream(body) && { duplex: 'half' }) })
  return { post, visitor, token, error: () => error }
}

const isStream = (body: BodyInit) => body instanceof ReadableStream

/** A body that is made as it is read, chunk by chunk, and counts them. */
export function endless(bytes: number, chunk = 64 * kib) {
  const source = { pulled: 0, isCanceled: false }
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (source.pulled >= bytes) return controller.close()
        source.pulled += chunk
        controller.enqueue(new Uint8Array(chunk).fill(97))
      },
    },
    { highWaterMark: 0 },
  )
  return { body, source }
}

/** A multipart form, made by hand. */
export function multipart(
  ...parts: [headers: string, content: string][]
): [string, Record<string, string>] {
  const lines = parts.flatMap(([headers, content]) => ['--xx', headers, '', content])
  const headers = { 'Content-Type': 'multipart/form-data; boundary=xx' }
  return [[...lines, '--xx--', ''].join('\r\n'), headers]
}

export const field = (name: string) => `Content-Disposition: form-data; name="${name}"`
