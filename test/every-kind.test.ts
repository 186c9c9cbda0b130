// What the library adds to a session, in each way to keep one.
import { Hono } from 'hono'
import { html } from 'hono/html'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  csrf,
  csrfToken,
  ForgedRequestError,
  type SessionEvent,
  type SessionOptions,
  session,
} from '../src/session/index.ts'
import { inspector } from '../src/session/inspector.tsx'
import { browser, sealSession } from '../src/session/testing.ts'
import { at, start } from './kit/clock.ts'
import { makeKinds } from './kit/kinds.ts'
import { otherSecret, secret } from './kit/tokens.ts'
import { createVisitor } from './kit/visitor.ts'

const day = 86_400

afterEach(() => {
  vi.useRealTimers()
})

describe.each(makeKinds())('with $kind', ({ options }) => {
  it('remember() keeps the session for its own limits, and remember(false) no longer', async () => {
    at(0)
    const remember = { timeout: 30 * day, lifetime: 90 * day }
    const visitor = createVisitor({ ...options, remember } as SessionOptions)
    await visitor.visit((session) => {
      session.set('user', 'mary')
      session.remember()
    })
    at(29 * day)
    const seen = await visitor.visit((session) => [session.remembered, session.get('user')])
    expect(seen).toEqual([true, 'mary'])
    await visitor.visit((session) => session.remember(false))
    expect(visitor.sent.join()).not.toContain('Max-Age')
    at(29 * day + 1201)
    expect(await visitor.visit((session) => session.get('user'))).toBeUndefined()
  })

  it('popFlashes() takes the messages of all queues, and peekFlashes() leaves them', async () => {
    const visitor = createVisitor(options)
    await visitor.visit((session) => {
      session.flash('Saved.')
      session.flash('Careful.', 'error')
    })
    const both = [
      ['', 'Saved.'],
      ['error', 'Careful.'],
    ]
    expect(await visitor.visit((session) => session.peekFlashes())).toEqual(both)
    expect(await visitor.visit((session) => session.popFlashes())).toEqual(both)
    expect(await visitor.visit((session) => session.popFlashes())).toEqual([])
  })

  it('expires counts from now where the request writes', async () => {
    at(0)
    const visitor = createVisitor(options)
    await visitor.visit((session) => session.set('n', 1))
    at(60)
    const expires = await visitor.visit((session) => [
      session.expires,
      session.set('n', 2) ?? session.expires,
    ])
    expect(expires).toEqual([start + 1200, start + 1260])
  })

  it('onEvent hears of what happens, without an id, a token or data', async () => {
    const events: SessionEvent[] = []
    const onEvent = (event: SessionEvent) => void events.push(event)
    const visitor = createVisitor({ ...options, onEvent } as SessionOptions)
    await visitor.visit((session) => session.set('n', 'a-value'))
    await visitor.visit((session) => session.regenerate())
    await visitor.visit((session) => session.invalidate())
    expect(events).toEqual([{ type: 'created' }, { type: 'regenerated' }, { type: 'invalidated' }])
  })

  it('secrets may come from functions, and be rotated', async () => {
    const first = async () => otherSecret
    const old = createVisitor(options)
    await old.visit((session) => session.set('n', 1))
    const visitor = createVisitor({ ...options, secret: [first, () => secret, undefined] })
    visitor.token = old.token
    expect(await visitor.data()).toEqual({ n: 1 })
    const alone = createVisitor({ ...options, secret: first })
    alone.token = visitor.token
    expect(await alone.data()).toEqual({ n: 1 })
  })

  /** A page with a form that csrf() guards. */
  function shop() {
    return new Hono()
      .use(session(options))
      .get('/', async (c) => {
        const session = await c.var.session()
        return c.html(html`
          ${session.popFlash().map((message) => html`<p>${message}</p>`)}
          <form method="post" action="/items">
            <input type="hidden" name="csrf_token" value="${csrfToken(session)}">
            <input name="item"><button>Add</button>
          </form>
        `)
      })
      .post('/items', csrf({ onRefuse: () => {} }), async (c) => {
        const { item } = await c.req.parseBody()
        const session = await c.var.session()
        session.flash(`${item} was added.`)
        return c.redirect('/', 303)
      })
  }

  it('submit() sends a guarded form; a forged one is refused with its reason', async () => {
    const app = shop()
    const reasons: unknown[] = []
    app.onError((error, c) => {
      if (error instanceof ForgedRequestError) reasons.push(error.reason)
      return c.text('', 403)
    })
    const visitor = browser(app)
    expect(await (await visitor.submit('/', { item: 'Tea' })).text()).toContain('Tea was added.')
    await visitor.post('/items', { item: 'Milk' })
    await visitor.post('/items', { item: 'Milk', csrf_token: 'x'.repeat(48) })
    await visitor.post('/items', {}, { headers: { Origin: 'https://evil.example' } })
    await browser(app).post('/items', { csrf_token: 'x'.repeat(48) })
    expect(reasons).toEqual(['missing-token', 'wrong-token', 'origin', 'no-session'])
  })

  it('inspector() draws the session, without its secret', async () => {
    const app = new Hono().use(session(options)).route('/_session', inspector())
    const Cookie = await sealSession({ item: 'Tea' }, options, { flash: { '': ['Hello!'] } })
    const page = await (await app.request('/_session', { headers: { Cookie } })).text()
    expect(page).toContain('Tea')
    expect(page).toContain('Hello!')
    expect(page).not.toContain(secret)
  })
})
