import { Hono } from 'hono'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { csrf, csrfToken, type Session, session } from '../../src/session/index.ts'
import type { Store } from '../../src/session/store.ts'
import { browser } from '../../src/session/testing.ts'
import { at } from '../kit/clock.ts'
import { visitSlowly } from '../kit/race.ts'
import { cookieName, secret } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

type Use = (session: Session) => unknown

const login: Use = (session) => {
  session.regenerate()
  session.set('user', 'mary')
}
const logout: Use = (session) => session.invalidate()

/** What a request may do, and what of it would be kept. */
const changes: [string, Use][] = [
  ['a change', (session) => session.set('late', 1)],
  ['an update', (session) => session.update('n', () => 1)],
  ['clear()', (session) => session.clear()],
  ['a flash message', (session) => session.flash('late')],
  ['changed()', (session) => session.changed()],
  ['a CSRF token', (session) => csrfToken(session)],
]

const identities: [string, Use][] = [
  ['regenerate()', (session) => session.regenerate()],
  ['a login', login],
  ['a logout', logout],
  [
    'invalidate() and a message',
    (session) => {
      session.invalidate()
      session.flash('Bye')
    },
  ],
]

const ends: [string, Use][] = [
  ['a logout', logout],
  ['a login', login],
]

/**
 * Tests that an ended session stays ended in a store, and that nobody is locked out by it.
 *
 * @param make - Makes a new store for each test. Its records may be shared, since ids never repeat.
 */
export function endingsContract(name: string, make: () => Store | Promise<Store>): void {
  describe(`a session that ended in ${name}`, () => {
    afterEach(() => {
      vi.useRealTimers()
    })

    /** A visitor with a session, and others with the same cookie. */
    async function known() {
      at(0)
      const store = await make()
      const visitor = createVisitor({ store })
      await visitor.visit((session) => session.set('base', 1))
      const old = visitor.token ?? ''
      const tab = (token: string | undefined = old) => {
        const other = createVisitor({ store })
        other.token = token
        return other
      }
      const dataOf = (token: string | undefined) =>
        tab(token).visit((session) => Object.fromEntries(session.entries()))
      return { store, visitor, old, tab, dataOf }
    }

    describe.each(ends)('by %s', (_, end) => {
      it.each([...changes, ...identities])(
        'drops %s of a request that opened it before, and sends no cookie',
        async (change, use) => {
          const { visitor, old, tab, dataOf } = await known()
          const slow = tab()
          const finish = await visitSlowly(slow, use)
          await visitor.visit(end)
          const before = await dataOf(visitor.token)
          await finish()
          expect([slow.status, slow.sent]).toEqual([200, []])
          if (visitor.token !== undefined) {
            expect(await visitor.visit((s) => Object.fromEntries(s.entries()))).toEqual(
              // A logout is one of what the session has become, too.
              /^(a logout|invalidate)/.test(change) ? {} : before,
            )
          }
          expect(await dataOf(old)).toEqual({})
        },
      )

      it.each(changes)('drops %s within ten seconds, and sends no cookie', async (_, use) => {
        const { visitor, tab, dataOf } = await known()
        await visitor.visit(end)
        const kept = await dataOf(visitor.token)
        for (const seconds of [0, 9.9]) {
          at(seconds)
          const late = tab()
          expect(
            await late.visit((session) => {
              const seen = [session.new, session.size, session.peekFlash()]
              use(session)
              return seen
            }),
          ).toEqual([true, 0, []])
          expect(late.sent).toEqual([])
          expect(await dataOf(visitor.token)).toEqual(kept)
        }
      })

      it('honors a login within ten seconds, with the data that it sets itself', async () => {
        const { visitor, tab, dataOf } = await known()
        await visitor.visit(end)
        at(9.9)
        const late = tab()
        await late.visit((session) => {
          session.set('early', 1)
          login(session)
        })
        expect(await dataOf(late.token)).toEqual({ early: 1, user: 'mary' })
        expect(late.sent).toHaveLength(1)
      })

      it('begins a session with what is set after an invalidate() within ten seconds', async () => {
        const { visitor, tab } = await known()
        await visitor.visit(end)
        const late = tab()
        await late.visit((session) => {
          session.set('lost', 1)
          session.invalidate()
          session.flash('Bye')
        })
        expect(await late.visit((s) => [s.keys(), s.popFlash()])).toEqual([[], ['Bye']])
      })

      it('begins a new session ten seconds later, as an unknown id does', async () => {
        const { visitor, old, tab, dataOf } = await known()
        await visitor.visit(end)
        at(10)
        const late = tab()
        const { rejected } = await late.attempt((session) => session.set('n', 1))
        expect(rejected).toBe('unknown')
        expect(late.token).not.toBe(old)
        expect(await dataOf(late.token)).toEqual({ n: 1 })
      })
    })

    it('ends by a logout that was in flight while another tab regenerated it', async () => {
      const { visitor, tab, dataOf } = await known()
      const slow = tab()
      const finish = await visitSlowly(slow, logout)
      await visitor.visit(login)
      await finish()
      expect(slow.sent).toEqual([])
      expect(await dataOf(visitor.token)).toEqual({})
      expect(await visitor.visit((session) => session.new)).toBe(true)
    })

    it.each([0, 9.9, 10, 59])(
      'lets a logout with the old id end what it has become, %d seconds later',
      async (seconds) => {
        const { visitor, tab, dataOf } = await known()
        await visitor.visit(login)
        at(seconds)
        const late = tab()
        await late.visit(logout)
        expect(late.sent).toEqual(seconds < 10 ? [] : [expect.stringContaining('Max-Age=0')])
        expect(await dataOf(visitor.token)).toEqual({})
      },
    )

    it.each([
      [5, {}],
      [6, { base: 1, user: 'mary' }],
    ])('is followed through %i tombstones, and no more than five', async (count, left) => {
      for (const seconds of [0, 20]) {
        const { visitor, tab, dataOf } = await known()
        for (let i = 0; i < count; i++) await visitor.visit(login)
        at(seconds)
        await tab().visit(logout)
        expect(await dataOf(visitor.token)).toEqual(left)
      }
    })

    describe('and a guarded form', () => {
      it('passes on a double click on "Log in"', async () => {
        const { tabs, form, post } = await guarded(make)
        const [first, second] = tabs(2)
        expect((await post(first, form)).status).toBe(303)
        at(0.4)
        expect((await post(second, form)).status).toBe(303)
        expect(await (await second.get('/')).text()).toBe('mary')
        expect(await (await first.get('/')).text()).toBe('mary')
      })

      it('passes when the response to a login was lost, however long the visitor types', async () => {
        for (const [opened, sent] of [
          [2, 3],
          [2, 32],
          [9, 59],
        ] as const) {
          const { tabs, form, post } = await guarded(make)
          const [lost, next] = tabs(2)
          await post(lost, form)
          at(opened)
          const token = await (await next.get('/login')).text()
          expect(next.setCookies).toEqual([])
          at(sent)
          expect((await post(next, { csrf_token: token })).status).toBe(303)
          expect(await (await next.get('/')).text()).toBe('mary')
        }
      })

      it('has one token in all tabs while the tombstone stands, and none from before a logout', async () => {
        const { tabs, form, post } = await guarded(make)
        const [first, second, third] = tabs(3)
        await post(first, form, '/logout')
        at(5)
        const token = await (await second.get('/login')).text()
        expect((await post(third, { csrf_token: token })).status).toBe(303)
      })

      it('has its own token after ten seconds', async () => {
        const { tabs, form, post } = await guarded(make)
        const [first, second] = tabs(2)
        await post(first, form)
        at(12)
        const token = await (await second.get('/login')).text()
        expect(second.setCookies).toHaveLength(1)
        expect((await post(second, form)).status).toBe(403) // its session is another
        expect((await post(second, { csrf_token: token })).status).toBe(303)
      })
    })
  })
}

/** A shop with a guarded login, a form of it, and tabs that have the cookie from before. */
async function guarded(make: () => Store | Promise<Store>) {
  at(0)
  const store = await make()
  const app = new Hono()
    .use(session<{ user: string }>({ secret, store }))
    .use(csrf())
    .get('/', async (c) => c.text((await c.var.session()).get('user') ?? 'nobody'))
    .get('/login', async (c) => c.text(csrfToken(await c.var.session())))
    .post('/login', async (c) => {
      const session = await c.var.session()
      session.regenerate()
      session.set('user', 'mary')
      return c.redirect('/', 303)
    })
    .post('/logout', async (c) => {
      const session = await c.var.session()
      session.invalidate()
      return c.redirect('/', 303)
    })
  type Tab = ReturnType<typeof browser>
  const tab = () => browser(app)
  const visitor = tab()
  const form = { csrf_token: await (await visitor.get('/login')).text() }
  const cookie = visitor.cookies.get(cookieName) ?? ''
  const tabs = (count: number) =>
    Array.from({ length: count }, () => {
      const other = tab()
      other.cookies.set(cookieName, cookie)
      return other
    }) as [Tab, Tab, Tab]
  const post = (by: Tab, fields: Record<string, string>, path = '/login') =>
    by.post(path, fields, { headers: { 'Sec-Fetch-Site': 'same-origin' } })
  return { form, tabs, post }
}
