import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { session } from '../../src/session/index.ts'
import { browser } from '../../src/session/testing.ts'
import { payloadOf, secret } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

describe('flash()', () => {
  it('keeps messages in order, duplicates included', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => {
      session.flash('one')
      session.flash('two')
    })
    await visitor.visit((session) => session.flash('one'))
    expect(await visitor.visit((session) => session.popFlash())).toEqual(['one', 'two', 'one'])
  })

  it('keeps a duplicate once if allowDuplicate is false', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => {
      session.flash('one')
      session.flash('one', '', false)
      session.flash('two', '', false)
      session.flash('one', 'error', false)
    })
    const seen = await visitor.visit((session) => [session.popFlash(), session.popFlash('error')])
    expect(seen).toEqual([['one', 'two'], ['one']])
  })

  it('compares messages that are objects by their content', async () => {
    const visitor = createVisitor<object, { '': { text: string } }>()
    await visitor.visit((session) => {
      session.flash({ text: 'one' })
      session.flash({ text: 'one' }, '', false)
      session.flash({ text: 'two' }, '', false)
    })
    const seen = await visitor.visit((session) => session.popFlash())
    expect(seen).toEqual([{ text: 'one' }, { text: 'two' }])
  })

  it.each(['error', '__proto__', 'constructor', 'a b', '_f_'])(
    'keeps the queue "%s" separate',
    async (queue) => {
      const visitor = createVisitor()
      await visitor.visit((session) => {
        session.flash('here', queue)
        session.flash('there', 'other')
      })
      const seen = await visitor.visit((session) => [session.popFlash(), session.popFlash(queue)])
      expect(seen).toEqual([[], ['here']])
      expect(await visitor.visit((session) => session.peekFlash('other'))).toEqual(['there'])
    },
  )

  it('is visible to the request that called it', async () => {
    const visitor = createVisitor()
    const seen = await visitor.visit((session) => {
      session.flash('now')
      return session.popFlash()
    })
    expect(seen).toEqual(['now'])
    expect(visitor.sent).toEqual([])
  })
})

describe('peekFlash()', () => {
  it('leaves the messages in the queue', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => session.flash('one'))
    expect(await visitor.visit((session) => session.peekFlash())).toEqual(['one'])
    expect(visitor.sent).toEqual([])
    expect(await visitor.visit((session) => session.peekFlash())).toEqual(['one'])
  })

  it('returns copies', async () => {
    const visitor = createVisitor<{ a: number }, { '': { text: string } }>()
    await visitor.visit((session) => session.flash({ text: 'one' }))
    await visitor.visit((session) => {
      const messages = session.peekFlash()
      if (messages[0]) messages[0].text = 'changed'
      messages.push({ text: 'added' })
      session.set('a', 1)
    })
    expect(await visitor.visit((session) => session.peekFlash())).toEqual([{ text: 'one' }])
  })
})

describe('popFlash()', () => {
  it('returns a message once', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => {
      session.set('a', 1)
      session.flash('one')
    })
    expect(await visitor.visit((session) => session.popFlash())).toEqual(['one'])
    expect(payloadOf(visitor.token)).toMatchObject({ 2: { a: 1 } })
    expect(await visitor.visit((session) => session.popFlash())).toEqual([])
    expect(visitor.sent).toEqual([])
  })

  it('returns a message once to a request that pops twice', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => session.flash('one'))
    const seen = await visitor.visit((session) => [session.popFlash(), session.popFlash()])
    expect(seen).toEqual([['one'], []])
  })

  it('leaves later messages for the next page', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => session.flash('one'))
    await visitor.visit((session) => {
      session.popFlash()
      session.flash('two')
    })
    expect(await visitor.visit((session) => session.popFlash())).toEqual(['two'])
  })

  it('deletes the cookie if it had nothing but messages', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => session.flash('one'))
    await visitor.visit((session) => session.popFlash())
    expect(visitor.token).toBeUndefined()
  })

  it('finds a message after a chain of redirects', async () => {
    const app = new Hono()
      .use(session({ secret }))
      .post('/buy', async (c) => {
        const session = await c.var.session()
        session.flash('Bought.')
        return c.redirect('/first', 303)
      })
      .get('/first', (c) => c.redirect('/second'))
      .get('/second', async (c) => {
        const session = await c.var.session()
        session.set('passed', true)
        return c.redirect('/shown')
      })
      .get('/shown', async (c) => c.json((await c.var.session()).popFlash()))
    const jar = browser(app)
    let response = await jar.post('/buy')
    for (let location = '/buy'; response.headers.has('Location'); ) {
      location = response.headers.get('Location') ?? ''
      response = await jar.get(location)
    }
    expect(await response.json()).toEqual(['Bought.'])
    expect(await (await jar.get('/shown')).json()).toEqual([])
  })
})
