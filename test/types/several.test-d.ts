import { Hono, type MiddlewareHandler } from 'hono'
import { describe, expectTypeOf, it } from 'vitest'
import {
  csrf,
  csrfToken,
  type Session,
  type SessionOptions,
  type SessionVariables,
  session,
} from '../../src/session/index.ts'

interface Login {
  user: string
}

interface Prefs {
  theme: 'light' | 'dark'
}

interface Flash {
  error: { code: number }
}

declare const secret: string

describe('session({ as })', () => {
  it('names the session on the context by its literal', () => {
    expectTypeOf(session({ secret, as: 'admin' })).toEqualTypeOf<
      MiddlewareHandler<{ Variables: { admin: () => Promise<Session> } }>
    >()
    new Hono().use(session({ secret, as: 'admin' })).get('/', async (c) => {
      expectTypeOf(await c.var.admin()).toEqualTypeOf<Session>()
      expectTypeOf(await c.get('admin')()).toEqualTypeOf<Session>()
      csrfToken(await c.var.admin())
      return c.text('')
    })
  })

  it('has no other name', () => {
    new Hono().use(session({ secret, as: 'admin' })).get('/', (c) => {
      // @ts-expect-error it is called admin
      c.var.session
      // @ts-expect-error it is called admin
      c.get('session')
      // @ts-expect-error it is called admin
      c.var.amdin
      return c.text('')
    })
  })

  it('types two sessions separately, each with its own Data and Flash', () => {
    new Hono()
      .use(session<Prefs, Flash, 'prefs'>({ secret, as: 'prefs', cookie: { name: 'prefs' } }))
      .use(session<Login>({ secret }))
      .use(csrf({ as: 'prefs' }))
      .get('/', async (c) => {
        expectTypeOf(c.var.prefs).toEqualTypeOf<() => Promise<Session<Prefs, Flash>>>()
        expectTypeOf(c.var.session).toEqualTypeOf<() => Promise<Session<Login>>>()
        const [prefs, login] = [await c.var.prefs(), await c.var.session()]
        prefs.flash({ code: 1 }, 'error')
        // @ts-expect-error that is a key of the other
        prefs.get('user')
        // @ts-expect-error that is a key of the other
        login.get('theme')
        return c.text('')
      })
  })

  it('is inferred if options come from the context', () => {
    new Hono<{ Bindings: { SECRET: string } }>()
      .use(session((c) => ({ secret: c.env.SECRET, as: 'admin' })))
      .get('/', (c) => {
        expectTypeOf(c.var.admin).toEqualTypeOf<() => Promise<Session>>()
        // @ts-expect-error it is called admin
        c.var.session
        return c.text('')
      })
    session<Login, Flash, 'admin'>(() => ({ secret, as: 'admin' }))
  })

  it('is the third type parameter if Data is given', () => {
    session<Login, Flash, 'admin'>({ secret, as: 'admin' })
    // @ts-expect-error as is 'session' until the third type says otherwise
    session<Login, Flash>({ secret, as: 'admin' })
    // @ts-expect-error the third type says admin
    session<Login, Flash, 'admin'>({ secret, as: 'prefs' })
  })

  it('is required if the third type parameter names one', () => {
    // @ts-expect-error at run time the name would be session
    session<Login, Flash, 'admin'>({ secret })
    // @ts-expect-error at run time the name would be session
    session<Login, Flash, 'admin'>(() => ({ secret }))
  })

  it('is a string', () => {
    // @ts-expect-error a name is a string
    session({ secret, as: 1 })
  })
})

describe('SessionVariables', () => {
  it('declares a session of another name, as for a sub-app', () => {
    expectTypeOf<SessionVariables<Login, Flash, 'admin'>>().toEqualTypeOf<{
      admin: () => Promise<Session<Login, Flash>>
    }>()
    const admin = new Hono<{ Variables: SessionVariables<Login, Flash, 'admin'> }>()
    admin.get('/', async (c) => {
      expectTypeOf(await c.var.admin()).toEqualTypeOf<Session<Login, Flash>>()
      // @ts-expect-error it is called admin
      c.var.session
      return c.text('')
    })
    new Hono().use(session<Login, Flash, 'admin'>({ secret, as: 'admin' })).route('/admin', admin)
  })

  it('combines with that of another session', () => {
    type Both = SessionVariables<Prefs> & SessionVariables<Login, Flash, 'admin'>
    new Hono<{ Variables: Both }>().get('/', (c) => {
      expectTypeOf(c.var.session).toEqualTypeOf<() => Promise<Session<Prefs>>>()
      expectTypeOf(c.var.admin).toEqualTypeOf<() => Promise<Session<Login, Flash>>>()
      return c.text('')
    })
  })
})

describe('SessionOptions', () => {
  it('takes the name as its second type parameter', () => {
    const options: SessionOptions<Login, 'admin'> = { secret, as: 'admin' }
    expectTypeOf(session(options)).toEqualTypeOf<
      MiddlewareHandler<{ Variables: SessionVariables<Login, Record<string, string>, 'admin'> }>
    >()
    // @ts-expect-error as is 'session' until the second type says otherwise
    const _: SessionOptions<Login> = { secret, as: 'admin' }
  })
})
