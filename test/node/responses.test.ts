import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { session } from '../../src/session/index.ts'

const secret = crypto.randomUUID()

/** Has a handler write the session and answer with `response`. */
function answering(response: () => Response) {
  return new Hono().use(session({ secret })).get('/', async (c) => {
    const session = await c.var.session()
    session.set('user', 'alice')
    return response()
  })
}

describe('a response without a body that several requests share', () => {
  it.each([
    { status: 200 },
    { status: 200, headers: { 'Content-Type': 'text/plain;charset=UTF-8' } },
    { status: 200, headers: { 'Content-Type': 'text/html; charset=UTF-8' } },
    { status: 200, headers: { 'Content-Type': 'application/json' } },
    { status: 204 },
    { status: 303, headers: { Location: '/' } },
    { status: 401, headers: { 'Content-Type': 'text/html' } },
  ])("never carries another visitor's cookie: $status", async (init) => {
    const constant = new Response(null, init)
    const response = await answering(() => constant).request('/')
    expect(response.status).toBe(init.status)
    expect(response.headers.getSetCookie()).toHaveLength(1)
    expect(constant.headers.getSetCookie()).toEqual([])
  })
})

it('a login by a shared response does not log the next visitor in', async () => {
  const ok = new Response(null, { headers: { 'Content-Type': 'text/plain;charset=UTF-8' } })
  const app = new Hono()
    .use(session<{ user: string }>({ secret }))
    .get('/login', async (c) => {
      const session = await c.var.session()
      session.set('user', 'mary')
      return ok
    })
    .get('/other', () => ok)
  await app.request('/login')
  expect((await app.request('/other')).headers.getSetCookie()).toEqual([])
})
