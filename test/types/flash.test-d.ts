import { Hono } from 'hono'
import { describe, expectTypeOf, it } from 'vitest'
import { session } from '../../src/session/index.ts'

interface Data {
  counter: number
}

interface Flash {
  '': string
  error: { code: number; text: string }
  steps: ('saved' | 'sent')[]
  count: number | null
}

declare const secret: string

describe('session<Data, Flash>()', () => {
  it('types the queues and their messages through the chain', () => {
    new Hono().use(session<Data, Flash>({ secret })).post('/', async (c) => {
      const session = await c.var.session()
      session.flash('Saved.')
      session.flash({ code: 404, text: 'No such item.' }, 'error', false)
      session.flash(['saved', 'sent'], 'steps')
      session.flash(null, 'count')
      expectTypeOf(session.popFlash()).toEqualTypeOf<string[]>()
      expectTypeOf(session.popFlash('error')).toEqualTypeOf<Flash['error'][]>()
      expectTypeOf(session.peekFlash('steps')).toEqualTypeOf<('saved' | 'sent')[][]>()
      expectTypeOf(session.peekFlash('count')).toEqualTypeOf<(number | null)[]>()
      return c.redirect('/', 303)
    })
  })

  it('refuses a queue that Flash does not name', () => {
    new Hono().use(session<Data, Flash>({ secret })).post('/', async (c) => {
      const session = await c.var.session()
      // @ts-expect-error it is called error
      session.flash('No such item.', 'eror')
      // @ts-expect-error it is called error
      session.popFlash('eror')
      // @ts-expect-error it is called error
      session.peekFlash('eror')
      return c.redirect('/', 303)
    })
  })

  it('refuses a message of another queue', () => {
    new Hono().use(session<Data, Flash>({ secret })).post('/', async (c) => {
      const session = await c.var.session()
      // @ts-expect-error the queue '' holds strings
      session.flash({ code: 404, text: 'No such item.' })
      // @ts-expect-error errors are objects
      session.flash('No such item.', 'error')
      // @ts-expect-error an error has a text as well
      session.flash({ code: 404 }, 'error')
      // @ts-expect-error an error has no more
      session.flash({ code: 404, text: '', html: '' }, 'error')
      // @ts-expect-error there is no such step
      session.flash(['lost'], 'steps')
      // @ts-expect-error undefined is no JSON
      session.flash(undefined, 'count')
      return c.redirect('/', 303)
    })
  })

  it('requires a queue in flash() if Flash has no default queue', () => {
    new Hono().use(session<Data, { error: string }>({ secret })).post('/', async (c) => {
      const session = await c.var.session()
      session.flash('No such item.', 'error')
      expectTypeOf(session.popFlash('error')).toEqualTypeOf<string[]>()
      // @ts-expect-error there is no queue ''
      session.flash('No such item.')
      // @ts-expect-error there is no queue ''
      session.flash('No such item.', '')
      // @ts-expect-error there is no queue ''
      session.peekFlash('')
      return c.redirect('/', 303)
    })
  })

  it('requires a queue in popFlash() if Flash has no default queue', () => {
    new Hono().use(session<Data, { error: string }>({ secret })).get('/', async (c) => {
      const session = await c.var.session()
      // @ts-expect-error there is no queue ''
      session.popFlash()
      // @ts-expect-error there is no queue ''
      session.peekFlash()
      return c.text('')
    })
  })
})
