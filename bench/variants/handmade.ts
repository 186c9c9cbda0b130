import { type Context, Hono } from 'hono'
import type { Env } from '../host.ts'
import { type Data, dataOf, message } from '../scenarios.ts'

export const name = '__Host-session'

/** A payload as the library has it: `[renewed, created, data]`. */
type Payload = [renewed: number, created: number, data: Partial<Data> & { _f_?: string[] }]

interface Format {
  /**
   * Whether caches that are mounted inside see that a page is private, and each response with a cookie is
   * a copy, lest a constant of the app carry the cookie to others.
   */
  readonly isSafe?: boolean
  decode(token: string): Promise<string | null>
  encode(payload: string): Promise<string>
}

const attributes = '; Path=/; HttpOnly; Secure; SameSite=Lax'
const timeout = 1200
const lifetime = 28_800

/** Makes an app that does in its routes what the library does for them. */
export function handmade({ decode, encode, isSafe = false }: Format): Hono<{ Bindings: Env }> {
  async function open(c: Context): Promise<Payload> {
    const clock = Date.now() / 1000
    if (isSafe) {
      c.header('Vary', 'Cookie', { append: true })
      c.header('Cache-Control', 'private, no-store')
    }
    const token = findCookie(c.req.raw.headers.get('Cookie') ?? '')
    const text = token === undefined ? null : await decode(token)
    if (text !== null) {
      const payload = JSON.parse(text) as Payload
      const [renewed, created] = payload
      if (clock - renewed <= timeout && clock - created <= lifetime) return payload
    }
    const now = Math.floor(clock)
    return [now, now, {}]
  }

  /** Answers that the session was only read. */
  function only(response: Response): Response {
    if (isSafe) return response
    response.headers.append('Vary', 'Cookie')
    response.headers.set('Cache-Control', 'private, no-store')
    return response
  }

  async function changed(response: Response, payload: Payload): Promise<Response> {
    payload[0] = Math.floor(Date.now() / 1000)
    const token = await encode(JSON.stringify(payload))
    const own = isSafe ? new Response(response.body, response) : only(response)
    own.headers.append('Set-Cookie', `${name}=${token}${attributes}`)
    return own
  }

  return new Hono<{ Bindings: Env }>()
    .get('/untouched', (c) => c.text('ok'))
    .get('/read', async (c) => {
      const [, , data] = await open(c)
      return only(c.text(String(data.counter)))
    })
    .get('/count', async (c) => {
      const payload = await open(c)
      const [, , data] = payload
      data.counter = (data.counter ?? 0) + 1
      return changed(c.text(String(data.counter)), payload)
    })
    .get('/flash', async (c) => {
      const payload = await open(c)
      const [, , data] = payload
      data._f_ ??= []
      data._f_.push(message)
      return changed(c.text('ok'), payload)
    })
    .get('/pop', async (c) => {
      const payload = await open(c)
      const [, , data] = payload
      const messages = data._f_ ?? []
      delete data._f_
      const response = c.text(messages.join())
      return messages.length > 0 ? changed(response, payload) : only(response)
    })
    .get('/seed/:bytes', async (c) => {
      const payload = await open(c)
      const { counter, items } = dataOf(Number(c.req.param('bytes')))
      payload[2] = items.length > 0 ? { counter, items } : { counter }
      if (c.req.query('flash')) payload[2]._f_ = [message]
      return changed(c.text('ok'), payload)
    })
}

function findCookie(header: string): string | undefined {
  const pair = `${name}=`
  for (let at = header.indexOf(pair); at >= 0; at = header.indexOf(pair, at + 1)) {
    if (at > 0 && header[at - 2] !== ';') continue
    const end = header.indexOf(';', at)
    return header.slice(at + pair.length, end < 0 ? undefined : end)
  }
  return undefined
}
