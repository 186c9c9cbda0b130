import { Hono } from 'hono'
import { describe, expectTypeOf, it } from 'vitest'
import {
  csrf,
  csrfToken,
  type Session,
  type SessionVariables,
  session,
} from '../../src/session/index.ts'

interface Data {
  counter: number
  cart: { item: string; count: number }[]
  user?: { name: string }
}

interface Flash {
  '': string
  error: { code: number; text: string }
}

declare const visitor: Session<Data, Flash>
declare const anyone: Session
declare const secret: string

describe('c.var.session()', () => {
  it('is inferred through the chain', () => {
    new Hono<{ Bindings: { SESSION_SECRET: string } }>()
      .use(session<Data, Flash>((c) => ({ secret: c.env.SESSION_SECRET })))
      .get('/', async (c) => {
        expectTypeOf(c.var.session).toEqualTypeOf<() => Promise<Session<Data, Flash>>>()
        expectTypeOf(c.get('session')).toEqualTypeOf<() => Promise<Session<Data, Flash>>>()
        expectTypeOf(c.env).toEqualTypeOf<{ SESSION_SECRET: string }>()
        return c.text('')
      })
  })

  it('keeps its type beside csrf() and other middleware', () => {
    new Hono()
      .use(session<Data, Flash>({ secret }))
      .use(csrf())
      .use(async (_, next) => next())
      .post('/', csrf({ token: false }), (c) => {
        expectTypeOf(c.var.session).toEqualTypeOf<() => Promise<Session<Data, Flash>>>()
        return c.text('')
      })
  })

  it('keeps its type if session() is mounted on one route', () => {
    new Hono().get('/', session<Data, Flash>({ secret }), (c) => {
      expectTypeOf(c.var.session).toEqualTypeOf<() => Promise<Session<Data, Flash>>>()
      return c.text('')
    })
  })

  it('does not exist if no middleware is mounted', () => {
    new Hono().get('/', (c) => {
      // @ts-expect-error nothing puts a session on the context
      c.var.session
      // @ts-expect-error nothing puts a session on the context
      c.get('session')
      return c.text('')
    })
    new Hono<{ Bindings: { SESSION_SECRET: string } }>().get('/', (c) => {
      // @ts-expect-error bindings bring no session
      c.var.session
      return c.text('')
    })
  })

  it('can be declared by a sub-app that another app mounts', () => {
    const cart = new Hono<{ Variables: SessionVariables<Data, Flash> }>().get('/', async (c) => {
      expectTypeOf(await c.var.session()).toEqualTypeOf<Session<Data, Flash>>()
      return c.text('')
    })
    new Hono().use(session<Data, Flash>({ secret })).route('/cart', cart)
  })

  it('differs for each pair of Data and Flash', () => {
    expectTypeOf<SessionVariables['session']>().toEqualTypeOf<() => Promise<Session>>()
    expectTypeOf<Session<{ a: number }>>().not.toEqualTypeOf<Session<{ a: string }>>()
    expectTypeOf<Session<Data, { '': string }>>().not.toEqualTypeOf<Session<Data, Flash>>()
    // @ts-expect-error another Data
    expectTypeOf<Session<Data>>().toEqualTypeOf<Session<{ counter: number }>>()
  })
})

describe('Data', () => {
  it('types the values that are read', () => {
    expectTypeOf(visitor.get('counter')).toEqualTypeOf<number | undefined>()
    expectTypeOf(visitor.get('cart')).toEqualTypeOf<Data['cart'] | undefined>()
    expectTypeOf(visitor.get('user')).toEqualTypeOf<{ name: string } | undefined>()
    expectTypeOf(visitor.has('user')).toEqualTypeOf<boolean>()
    expectTypeOf(visitor.delete('user')).toEqualTypeOf<boolean>()
    // @ts-expect-error Data has no such key
    visitor.get('conter')
    // @ts-expect-error Data has no such key
    visitor.has('conter')
    // @ts-expect-error Data has no such key
    visitor.delete('conter')
  })

  it('types the values that are set', () => {
    expectTypeOf(visitor.set).returns.toEqualTypeOf<void>()
    visitor.set('counter', 1)
    visitor.set('user', { name: 'Ada' })
    // @ts-expect-error Data has no such key
    visitor.set('conter', 1)
    // @ts-expect-error a counter is a number
    visitor.set('counter', '1')
    // @ts-expect-error the value is missing
    visitor.set('counter')
    // @ts-expect-error undefined is no value: delete() removes
    visitor.set('counter', undefined)
    // @ts-expect-error items are counted
    visitor.set('cart', [{ item: 'lamp' }])
    // @ts-expect-error that is the value of another key
    visitor.set('cart', 1)
  })

  it('types the value of update() as possibly undefined', () => {
    const counter = visitor.update('counter', (n) => {
      expectTypeOf(n).toEqualTypeOf<number | undefined>()
      return (n ?? 0) + 1
    })
    expectTypeOf(counter).toEqualTypeOf<number>()
    expectTypeOf(visitor.update('counter', (n = 0) => n + 1)).toEqualTypeOf<number>()
    // @ts-expect-error Data has no such key
    visitor.update('conter', () => 1)
    // @ts-expect-error there may be no value yet
    visitor.update('counter', (n) => n + 1)
    // @ts-expect-error a counter stays a number
    visitor.update('counter', (n = 0) => `${n}`)
    // @ts-expect-error the new value is not awaited
    visitor.update('counter', async () => 1)
  })

  it('types keys() and entries(), each key with its own value', () => {
    expectTypeOf(visitor.keys()).toEqualTypeOf<('counter' | 'cart' | 'user')[]>()
    for (const [key, value] of visitor.entries()) {
      if (key === 'counter') expectTypeOf(value).toEqualTypeOf<number>()
      if (key === 'cart') expectTypeOf(value).toEqualTypeOf<Data['cart']>()
      // @ts-expect-error Data has no such key
      if (key === 'conter') return
    }
    expectTypeOf<Session<{ a: 1; b: 2 }>['entries']>().returns.toEqualTypeOf<
      (['a', 1] | ['b', 2])[]
    >()
  })

  it('may be a type alias', () => {
    type Alias = { counter: number }
    expectTypeOf<ReturnType<Session<Alias>['keys']>>().toEqualTypeOf<'counter'[]>()
  })

  it('is an object type', () => {
    // @ts-expect-error a number has no keys
    session<number>({ secret })
    // @ts-expect-error neither has a text
    type _ = Session<Data, string>
  })

  it('allows anything under any key by default', () => {
    expectTypeOf(anyone.get('any')).toEqualTypeOf<unknown>()
    expectTypeOf(anyone.set<'any'>)
      .parameter(1)
      .toEqualTypeOf<unknown>()
    expectTypeOf(anyone.keys()).toEqualTypeOf<string[]>()
    expectTypeOf(anyone.entries()).toEqualTypeOf<[string, unknown][]>()
    // @ts-expect-error a key is a string
    anyone.set(1, 1)
  })

  it("does not affect the session's other properties", () => {
    expectTypeOf(visitor.new).toEqualTypeOf<boolean>()
    expectTypeOf(visitor.created).toEqualTypeOf<number>()
    expectTypeOf(visitor.id).toEqualTypeOf<string | undefined>()
    expectTypeOf(visitor.size).toEqualTypeOf<number>()
    // @ts-expect-error it is read-only
    visitor.size = 0
    // @ts-expect-error it is read-only
    visitor.created = 0
  })
})

describe('Flash', () => {
  it('types the messages of each queue', () => {
    visitor.flash('Saved.')
    visitor.flash('Saved.', '')
    visitor.flash('Saved.', '', false)
    visitor.flash({ code: 404, text: 'No such item.' }, 'error')
    expectTypeOf(visitor.popFlash()).toEqualTypeOf<string[]>()
    expectTypeOf(visitor.peekFlash()).toEqualTypeOf<string[]>()
    expectTypeOf(visitor.popFlash('error')).toEqualTypeOf<Flash['error'][]>()
    expectTypeOf(visitor.peekFlash('error')).toEqualTypeOf<Flash['error'][]>()
  })

  it('refuses wrong queues and wrong messages', () => {
    // @ts-expect-error Flash has no such queue
    visitor.flash('Careful.', 'warning')
    // @ts-expect-error Flash has no such queue
    visitor.popFlash('warning')
    // @ts-expect-error Flash has no such queue
    visitor.peekFlash('warning')
    // @ts-expect-error the default queue holds strings
    visitor.flash({ code: 404, text: 'No such item.' })
    // @ts-expect-error the queue of errors holds objects
    visitor.flash('No such item.', 'error')
    // @ts-expect-error a message has all its members
    visitor.flash({ code: 404 }, 'error')
    // @ts-expect-error allowDuplicate is a boolean
    visitor.flash('Saved.', '', 'no')
  })

  it('requires a queue if there is no default one', () => {
    const strict = visitor as unknown as Session<Data, { error: string }>
    strict.flash('No such item.', 'error')
    // @ts-expect-error there is no queue ''
    strict.flash('No such item.')
    // @ts-expect-error there is no queue ''
    strict.flash('No such item.', '')
    expectTypeOf(strict.popFlash('error')).toEqualTypeOf<string[]>()
    // @ts-expect-error there is no queue ''
    strict.popFlash('')
  })

  it('allows strings in any queue by default', () => {
    anyone.flash('Saved.')
    anyone.flash('Careful.', 'warning')
    expectTypeOf(anyone.popFlash()).toEqualTypeOf<string[]>()
    expectTypeOf(anyone.peekFlash('any')).toEqualTypeOf<string[]>()
    // @ts-expect-error a message is a string
    anyone.flash(404)
    // @ts-expect-error a message is a string
    anyone.flash({ text: 'No such item.' }, 'error')
  })
})

describe('csrfToken()', () => {
  it('takes a session of any type, and nothing else', () => {
    expectTypeOf(csrfToken(visitor)).toEqualTypeOf<string>()
    expectTypeOf(csrfToken(anyone)).toEqualTypeOf<string>()
    expectTypeOf(csrfToken<{ a: 1 }, { error: 2 }>)
      .parameter(0)
      .toEqualTypeOf<Session<{ a: 1 }, { error: 2 }>>()
    // @ts-expect-error the session has to be awaited
    csrfToken(Promise.resolve(visitor))
    // @ts-expect-error it looks like a session, but is none
    csrfToken({ ...visitor })
  })
})
