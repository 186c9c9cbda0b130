import { request as send } from 'node:http'
import { Hono } from 'hono'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { csrf, csrfToken, session } from '../../../src/session/index.ts'
import { startServer } from '../../kit/node/server.ts'
import { serveByNode } from '../http.ts'

const secret = crypto.randomUUID()
const urlencoded = 'application/x-www-form-urlencoded'
const mib = 2 ** 20

interface Sent {
  path: string
  cookie: string
  headers?: Record<string, string>
  /** Writes the body, and may end the request or not. */
  write: (write: (bytes: string | Buffer) => void, end: () => void, abort: () => void) => void
}

/** Sends a request whose body is written by hand, and resolves to its status, or `null` when it broke off. */
function sendTo(port: number, { path, cookie, headers, write }: Sent): Promise<number | null> {
  return new Promise((resolve) => {
    const all = { cookie, 'Content-Type': urlencoded, ...headers }
    const request = send({ port, path, method: 'POST', headers: all, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    request.on('error', () => resolve(null))
    request.flushHeaders()
    write(
      (bytes) => void request.write(bytes),
      () => void request.end(),
      () => void setTimeout(() => request.destroy(), 100),
    )
  })
}

interface Place {
  readonly port: number
  readonly path: string
  readonly cookie: string
  readonly token: string
  readonly lines: () => string[]
}

/** A form of the site in workerd, and one in Node. */
const places: Record<string, () => Promise<Place>> = {
  workerd: async () => {
    const page = await fetch(`${site.url}/cart`)
    return {
      port: Number(new URL(site.url).port),
      path: '/cart',
      cookie: cookieOf(page),
      token: /name="csrf_token" value="([^"]+)"/.exec(await page.text())?.[1] ?? '',
      lines: () => site.logs().filter((line) => line.includes('csrf(): refused')),
    }
  },
  Node: async () => {
    const page = await node.request('/token')
    const { port } = node
    return {
      port,
      path: '/buy',
      cookie: cookieOf(page),
      token: await page.text(),
      lines: () => logged,
    }
  },
}

const cookieOf = (page: Response) => page.headers.getSetCookie()[0]?.split(';')[0] ?? ''

const site = await startServer()
const logged: string[] = []
let node: Awaited<ReturnType<typeof serveByNode>>

beforeAll(async () => {
  const app = new Hono()
    .use(session({ secret }))
    .get('/token', async (c) => c.text(csrfToken(await c.var.session())))
    .use(csrf())
    .post('/buy', (c) => c.redirect('/', 303))
  node = await serveByNode(app)
})
afterAll(() => node.close())

describe.each(Object.keys(places))('csrf() over HTTP, in %s', (name) => {
  let place: Place
  beforeEach(async () => {
    vi.spyOn(console, 'warn').mockImplementation((line) => void logged.push(line))
    place = await (places[name] as () => Promise<Place>)()
  })
  const post = (write: Sent['write'], headers: Record<string, string> = {}) =>
    sendTo(place.port, { path: place.path, cookie: place.cookie, headers, write })
  /** The site keeps serving: a form that is sent byte by byte passes. */
  const passes = () =>
    post(async (write, end) => {
      for (const byte of `item=tea&csrf_token=${place.token}`) write(byte)
      end()
    })

  it('finds the field in a form that comes byte by byte', async () => {
    expect(await passes()).toBe(303)
  })

  it.each([
    ['of a known length', { 'Content-Length': '1000' }],
    ['in chunks', {}],
  ])('reports why a form breaks off, sent %s, and keeps serving', async (_, headers) => {
    const before = place.lines().length
    const status = await post((write, _, abort) => {
      write(`csrf_token=${place.token}`)
      abort()
    }, headers)
    expect(status).toBeNull()
    await vi.waitFor(() => expect(place.lines()).toHaveLength(before + 1))
    expect(place.lines().at(-1)).toContain(`refused POST ${place.path}, unreadable-form: `)
    expect(await passes()).toBe(303)
  })

  it.each<[string, Record<string, string>, Sent['write']]>([
    [
      'by its length',
      { 'Content-Length': String(2 * mib) },
      (write, end) => {
        write(Buffer.alloc(2 * mib))
        end()
      },
    ],
    ['in chunks without end', {}, (write) => write(Buffer.alloc(2 * mib))],
  ])('answers 413 to a form that is too large: %s', async (_, headers, write) => {
    expect(await post(write, headers)).toBe(413)
    expect(await passes()).toBe(303)
  })

  // The proxy that wrangler puts before the site waits for a body that was announced.
  it.skipIf(name === 'workerd')('answers 413 to a form that is too large, unsent', async () => {
    expect(await post(() => undefined, { 'Content-Length': String(2 * mib) })).toBe(413)
  })
})

describe('a header with bytes that act on a terminal', () => {
  it.each(['Origin', 'Sec-Fetch-Site'])('forges no line of the log: %s', async (header) => {
    const headers = { [header]: 'x\u0085\u009b31m' }
    expect((await node.request('/buy', { method: 'POST', headers })).status).toBe(403)
    expect(logged.at(-1)).toContain('x\ufffd\ufffd31m')
  })
})
