import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import {
  CookieTooLargeError,
  type Session,
  SessionError,
  type Store,
  session,
  ValueTooLargeError,
} from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { browser } from '../../src/session/testing.ts'
import { cookieName, secret } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

/** Bytes of the name and value of a cookie with one string of this length. */
function bytesWith(length: number): number {
  const payload = `[1700000000,1700000000,{"text":"${'x'.repeat(length)}"}]`
  return cookieName.length + Math.ceil((payload.length * 4) / 3) + 1 + 43
}

const longest = Array.from({ length: 4096 }, (_, i) => i).findLast((i) => bytesWith(i) <= 4096) ?? 0

describe('a cookie that browsers would not keep', () => {
  it('has more than 4,096 bytes', async () => {
    expect([bytesWith(longest), bytesWith(longest + 1)]).toEqual([4096, 4097])
    const visitor = createVisitor()
    await visitor.visit((session) => session.set('text', 'x'.repeat(longest)))
    expect(cookieName.length + (visitor.token?.length ?? 0)).toBe(4096)
    expect(await visitor.visit((session) => session.get('text'))).toHaveLength(longest)
    const write = visitor.visit((session) => session.set('text', 'x'.repeat(longest + 1)))
    await expect(write).rejects.toThrow(/__Host-session has 4097 bytes, more than the 4096/)
  })

  it("fails the request and leaves the visitor's cookie alone", async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => session.set('a', 1))
    const write = visitor.visit((session) => session.set('b', 'x'.repeat(4000)))
    await expect(write).rejects.toThrow(CookieTooLargeError)
    expect(visitor.response.status).toBe(500)
    expect(visitor.sent).toEqual([])
    expect(await visitor.visit((session) => session.entries())).toEqual([['a', 1]])
  })

  it('is reported with a long key cut short', async () => {
    const write = createVisitor().visit((session) => {
      session.set('k'.repeat(5000), 1)
      session.set('small', 2)
    })
    await expect(write).rejects.toThrow(`bytes: ${'k'.repeat(63)}… (5006), small (11).`)
  })

  it('is reported with its three largest keys, largest first, without values', async () => {
    const visitor = createVisitor()
    const write = visitor.visit((session) => {
      session.set('small', 'x')
      session.set('third', 'secret'.repeat(100))
      session.set('first', 'secret'.repeat(300))
      session.set('second', { nested: 'secret'.repeat(200) })
    })
    const error = await write.catch((error: unknown) => error as Error)
    expect(error).toBeInstanceOf(SessionError)
    expect(error).toMatchObject({
      name: 'CookieTooLargeError',
      message: expect.stringMatching(/first \(1812\), second \(1224\), third \(612\)/),
    })
    expect((error as Error).message).not.toMatch(/small|secret/)
  })

  it('counts non-ASCII characters in bytes', async () => {
    const visitor = createVisitor()
    const text = 'é'.repeat(longest / 2)
    await visitor.visit((session) => session.set('text', text))
    const write = visitor.visit((session) => session.set('text', `${text}éé`))
    await expect(write).rejects.toThrow(CookieTooLargeError)
  })

  it('results in 500 without details if the app handles no errors', async () => {
    const app = new Hono().use(session({ secret })).get('/', async (c) => {
      const session = await c.var.session()
      session.set('text', 'x'.repeat(4000))
      return c.text('page')
    })
    const error = console.error
    console.error = () => undefined
    const jar = browser(app)
    const response = await jar.get('/').finally(() => {
      console.error = error
    })
    expect(response.status).toBe(500)
    expect(await response.text()).toBe('Internal Server Error')
    expect(jar.setCookies).toEqual([])
  })
})

describe('a session that its store cannot keep', () => {
  /** Keeps at most a hundred characters. */
  function smallStore(withCreate: boolean): Store {
    const store = memoryStore()
    const fitting = (text: string | null) => {
      if (text && text.length > 100) throw new ValueTooLargeError(text.length, 100)
    }
    return {
      get: store.get,
      async swap(...given) {
        fitting(given[2])
        return store.swap(...given)
      },
      ...(withCreate && {
        async create(key, text, ttl) {
          fitting(text)
          return store.swap(key, null, text, ttl)
        },
      }),
    }
  }
  const grow = (session: Session) => session.set('second', 'secret'.repeat(20))

  it.each<[string, boolean, (session: Session) => unknown]>([
    ['a first write', true, () => {}],
    ['a first write, by a store without create()', false, () => {}],
    ['a later write', true, (session) => session.set('n', 1)],
  ])('is the same error, with its largest keys, and never 503: %s', async (_, create, before) => {
    const visitor = createVisitor({ store: smallStore(create) })
    await visitor.visit(before)
    const { token } = visitor
    const { error } = await visitor.attempt((session) => {
      session.set('first', 'secret'.repeat(30))
      grow(session)
    })
    expect(error).toBeInstanceOf(CookieTooLargeError)
    const { message } = error as Error
    expect(message).toMatch(
      / bytes, more than the 100 that are kept\. .*first \(192\), second \(133\)/,
    )
    expect(message).not.toContain('secret')
    expect([visitor.status, visitor.sent, visitor.token]).toEqual([500, [], token])
  })

  it.each<[string, (session: Session) => unknown]>([
    ['regenerate()', (session) => session.regenerate()],
    ['invalidate()', (session) => session.invalidate()],
  ])('leaves the earlier one in place, after %s, too', async (_, use) => {
    const visitor = createVisitor({ store: smallStore(true) })
    await visitor.visit((session) => session.set('n', 1))
    const { error } = await visitor.attempt((session) => {
      use(session)
      grow(session)
    })
    expect(error).toBeInstanceOf(CookieTooLargeError)
    expect(await visitor.data()).toEqual({ n: 1 })
  })
})
