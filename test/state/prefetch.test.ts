import { describe, expect, it } from 'vitest'
import { createVisitor } from '../kit/visitor.ts'

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

describe('a request that nobody sees', () => {
  const unseen = { headers: { 'Sec-Purpose': 'prefetch' } }

  it('puts nothing into a queue, however often it comes', async () => {
    const visitor = createVisitor()
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

  it('sees its own queues behave as ever', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => session.flash('one'))
    const seen = await visitor.visit((session) => {
      session.flash('two')
      return [session.peekFlash(), session.popFlash(), session.popFlash()]
    }, unseen)
    expect(seen).toEqual([['one', 'two'], ['one', 'two'], []])
    expect(await visitor.visit((session) => session.popFlash())).toEqual(['one'])
  })

  it('keeps what else it changes', async () => {
    const visitor = createVisitor()
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
    const visitor = createVisitor()
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
})
