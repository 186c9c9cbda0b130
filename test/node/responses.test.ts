import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { session } from '../../src/session/index.ts'

const secret = 'only-these-tests-know-this-secret'

/** Has a handler write the session and answer with `response`. */
function answering(response: () => Response) {
  return new Hono().use(session({ secret })).get('/', async (c) => {
    const session = await c.var.session()
    session.set('user', 'alice')
    return response()
  })
}

describe('a text response in Node', () => {
  class Text extends Response {
    override get body(): never {
      throw new Error('looked at')
    }
  }

  it('is sent without reading its body, which would become a stream', async () => {
    const response = await answering(() => new Text('hello')).request('/')
    expect(response.headers.getSetCookie()).toHaveLength(1)
    expect(await response.text()).toBe('hello')
  })
})

describe('a shared response without a body in Node', () => {
  it.each([
    { status: 200 },
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
