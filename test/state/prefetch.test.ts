import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Session, SessionOptions } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { createVisitor } from '../kit/visitor.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('popFlash()', () => {
  it.each<[string, RequestInit]>([
    ['HEAD', { method: 'HEAD' }],
    ['a prefetch', { headers: { 'Sec-Purpose': 'prefetch' } }],
    ['a prerender', { headers: { 'Sec-Purpose': 'prefetch;prerender' } }],
    ['an anonymous prefetch', { headers: { 'Sec-Purpose': 'prefetch;anonymous-client-ip' } }],
    ['an old prefetch', { headers: { Purpose: 'prefetch' } }],
    ["Turbo's prefetch", { headers: { 'X-Sec-Purpose': 'prefetch' } }],
    ['a prefetch by script', { headers: { 'X-Purpose': 'prefetch' } }],
    ['a preview of Safari', { headers: { 'X-Purpose': 'preview' } }],
    ['a prefetch of old Firefox', { headers: { 'X-Moz': 'prefetch' } }],
    ["htmx's preload", { headers: { 'HX-Preloaded': 'true' } }],
  ])('leaves the messages in place at %s', async (_, init) => {
    const visitor = createVisitor()
    await visitor.visit((session) => session.flash('one'))
    expect(await visitor.visit((session) => session.popFlash(), init)).toEqual(['one'])
    expect(visitor.sent).toEqual([])
    expect(await visitor.visit((session) => session.popFlash())).toEqual(['one'])
    expect(await visitor.visit((session) => session.popFlash())).toEqual([])
  })

  it.each<[string, RequestInit]>([
    ['POST', { method: 'POST' }],
    ['a visit whose purpose is another', { headers: { 'Sec-Purpose': 'translate' } }],
  ])('removes the messages at %s', async (_, init) => {
    const visitor = createVisitor()
    await visitor.visit((session) => session.flash('one'))
    await visitor.visit((session) => session.popFlash(), init)
    expect(await visitor.visit((session) => session.popFlash())).toEqual([])
  })
})

describe.each<[string, () => Partial<SessionOptions>]>([
  ['a cookie', () => ({})],
  ['a store', () => ({ store: memoryStore() })],
])('a request that nobody sees, with the session in %s', (_, options) => {
  const unseen = { headers: { 'Sec-Purpose': 'prefetch' } }

  it('puts nothing into a queue, however often it comes', async () => {
    const visitor = createVisitor(options())
    await visitor.visit((session) => session.set('a', 1))
    for (let i = 0; i < 3; i++) {
      await visitor.visit((session) => session.flash('Please log in', 'error'), unseen)
      expect(visitor.sent).toEqual([])
    }
    for (let i = 0; i < 199; i++) {
      await visitor.visit(
        (session) => {
          session.popFlash()
          session.flash('x'.repeat(100))
        },
        { method: 'HEAD' },
      )
    }
    expect(await visitor.visit((session) => session.popFlashes())).toEqual([])
  })

  it('sees its own queues behave as usual', async () => {
    const visitor = createVisitor(options())
    await visitor.visit((session) => session.flash('one'))
    const seen = await visitor.visit((session) => {
      session.flash('two')
      return [session.peekFlash(), session.popFlash(), session.popFlash()]
    }, unseen)
    expect(seen).toEqual([['one', 'two'], ['one', 'two'], []])
    expect(await visitor.visit((session) => session.popFlash())).toEqual(['one'])
  })

  it('keeps its other changes', async () => {
    const visitor = createVisitor(options())
    await visitor.visit((session) => session.flash('one'))
    await visitor.visit((session) => {
      session.set('n', 1)
      session.popFlash()
      session.flash('two')
    }, unseen)
    expect(await visitor.visit((session) => [session.get('n'), session.popFlash()])).toEqual([
      1,
      ['one'],
    ])
  })

  it('still ends a session with its queues', async () => {
    const visitor = createVisitor(options())
    await visitor.visit((session) => session.flash('one'))
    await visitor.visit((session) => {
      session.popFlash()
      session.invalidate()
      session.flash('two')
      session.set('n', 1)
    }, unseen)
    expect(await visitor.visit((session) => [session.get('n'), session.popFlash()])).toEqual([
      1,
      [],
    ])
  })

  it.each<[string, (session: Session) => unknown]>([
    ['popFlashes()', (session) => session.popFlashes()],
    ['flash() without duplicates', (session) => session.flash('one', '', false)],
    ['flash() into a new queue', (session) => session.flash('new', 'error')],
    [
      'flash() and popFlash()',
      (session) => {
        session.flash('two')
        session.popFlash()
      },
    ],
    [
      'popFlash() and flash() of the same',
      (session) => session.popFlash().map((message) => session.flash(message)),
    ],
    [
      'clear()',
      (session) => {
        session.flash('two')
        session.clear()
      },
    ],
    [
      'regenerate()',
      (session) => {
        session.popFlash()
        session.regenerate()
        session.flash('two')
      },
    ],
    [
      'a handler that throws',
      (session) => {
        session.popFlash()
        throw new Error('broken')
      },
    ],
  ])('leaves the queues as they were after %s', async (_, use) => {
    const visitor = createVisitor(options())
    await visitor.visit((session) => {
      session.flash('one')
      session.set('a', 1)
    })
    await visitor.attempt(use, unseen)
    expect(await visitor.visit((session) => session.peekFlashes())).toEqual([['', 'one']])
  })
})

it('the purpose of a request is read once, and not at all if it touches no queue', async () => {
  const visitor = createVisitor()
  await visitor.visit((session) => session.flash('one'))
  const get = vi.spyOn(Headers.prototype, 'get')
  const asked = () => get.mock.calls.filter(([name]) => /^sec-purpose$/i.test(name)).length
  await visitor.visit((session) => [session.get('a'), session.peekFlash()])
  expect(asked()).toBe(0)
  await visitor.visit((session) => {
    session.popFlash()
    session.flash('two')
    session.flash('three', 'error')
    session.popFlashes()
  })
  expect(asked()).toBe(1)
})
