import { describe, expect, it } from 'vitest'
import { createVisitor } from '../kit/visitor.ts'

describe('popFlash()', () => {
  it.each<[string, RequestInit]>([
    ['HEAD', { method: 'HEAD' }],
    ['a prefetch', { headers: { 'Sec-Purpose': 'prefetch' } }],
    ['a prerender', { headers: { 'Sec-Purpose': 'prefetch;prerender' } }],
    ['an anonymous prefetch', { headers: { 'Sec-Purpose': 'prefetch;anonymous-client-ip' } }],
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
