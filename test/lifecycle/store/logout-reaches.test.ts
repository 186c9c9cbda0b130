import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import type { Session, SessionEvent, SessionOptions } from '../../../src/session/index.ts'
import { storeKey } from '../../../src/session/lifecycle/ids.ts'
import type { Store } from '../../../src/session/store.ts'
import { memoryStore } from '../../../src/session/stores/memory.ts'
import { at, start } from '../../kit/clock.ts'
import { genuine, type Kind, makeKinds } from '../../kit/kinds.ts'
import { watched } from '../../kit/stores.ts'
import { cookieName, otherSecret, secret } from '../../kit/tokens.ts'
import { createVisitor, visitOnce } from '../../kit/visitor.ts'

beforeEach(() => at(0))
afterEach(() => {
  vi.useRealTimers()
})

const logout = (session: Session) => session.invalidate()
const removal = expect.stringMatching(`^${cookieName}=; Max-Age=0;`)

/** Cookies that are not honored, each for its reason. */
const refused: [string, (kind: Kind) => Promise<string>][] = [
  ['forged', async () => `${cookieName}=nonsense`],
  [
    'forged',
    async ({ options }) => `${cookieName}=${await genuine({ ...options, secret: otherSecret })}`,
  ],
  [
    'malformed',
    async ({ options, codec }) =>
      `${cookieName}=${await codec(options.secret, cookieName).encode('{}')}`,
  ],
  [
    'expired',
    async ({ options }) => {
      const token = await genuine(options)
      at(1201)
      return `${cookieName}=${token}`
    },
  ],
  ['schema', async ({ options }) => `${cookieName}=${await genuine(options, { user: 7 })}`],
  [
    'duplicate',
    async ({ options }) => `${cookieName}=${await genuine(options)}; ${cookieName}=other`,
  ],
]

const schema = z.object({ user: z.string().optional() })

describe.each(makeKinds())('invalidate() when the cookie is $kind', (kind) => {
  it.each(refused)('removes a cookie that is %s', async (reason, cookieOf) => {
    const Cookie = await cookieOf(kind)
    const events: SessionEvent[] = []
    const onEvent = (event: SessionEvent) => void events.push(event)
    const answer = await visitOnce({ ...kind.options, schema, onEvent }, Cookie, logout)
    expect(answer).toMatchObject({ status: 200, rejected: reason, sent: [removal] })
    expect(events).toEqual([{ type: 'invalidated' }])
  })

  it.each(refused)(
    'puts what comes after it in place of a cookie that is %s',
    async (_, cookieOf) => {
      const Cookie = await cookieOf(kind)
      const visitor = createVisitor({ ...kind.options, schema })
      await visitor.visit(
        (session) => {
          session.set('user', 'lost')
          session.invalidate()
          session.flash('Bye')
        },
        { headers: { Cookie } },
      )
      expect(await visitor.visit((session) => [session.size, session.popFlash()])).toEqual([
        0,
        ['Bye'],
      ])
    },
  )

  it.each(refused.filter(([reason]) => reason !== 'expired'))(
    'is needed: a cookie that is %s stays while nothing is written',
    async (_, cookieOf) => {
      const Cookie = await cookieOf(kind)
      const { sent } = await visitOnce(
        { ...kind.options, schema } as SessionOptions,
        Cookie,
        (session) => {
          session.get('user')
          session.popFlash()
          session.clear()
          session.regenerate()
        },
      )
      expect(sent).toEqual([])
    },
  )

  it('sends nothing to a visitor without a cookie', async () => {
    const { sent } = await visitOnce(kind.options, '', logout)
    expect(sent).toEqual([])
  })
})

describe('invalidate() with several cookies of the name', () => {
  async function cookies(count: number) {
    const store = watched(memoryStore())
    const tokens = await Promise.all(
      Array.from({ length: count }, (_, n) => genuine({ secret, store }, { n })),
    )
    const pairs = tokens.map((token) => `${cookieName}=${token}`)
    const alive = async () => {
      const shown = tokens.map((token) => createVisitor({ store }).present(token))
      return (await Promise.all(shown)).flatMap((data) => Object.values(data))
    }
    return {
      store,
      pairs,
      alive,
      send: (pairs: string[]) => visitOnce({ secret, store }, pairs.join('; '), logout),
    }
  }

  it('ends the sessions of the first five that verify', async () => {
    const { pairs, send, alive } = await cookies(7)
    const { sent, rejected } = await send(pairs)
    expect([sent, rejected]).toEqual([[removal], 'duplicate'])
    expect(await alive()).toEqual([5, 6])
  })

  it('counts neither those that do not verify nor one that comes twice', async () => {
    const { pairs, send, alive } = await cookies(5)
    const [first = '', ...others] = pairs
    const junk = Array.from({ length: 20 }, (_, i) => `${cookieName}=junk${i}`)
    await send([...junk, first, first, first, ...others])
    expect(await alive()).toEqual([])
  })

  it('looks up no id that nobody signed', async () => {
    const { store, send } = await cookies(0)
    await send([
      `${cookieName}=${'x'.repeat(43)}`,
      `${cookieName}=${'y'.repeat(43)}.${'z'.repeat(43)}`,
    ])
    expect(store.calls).toEqual([])
  })
})

describe('invalidate() of an id that the store does not know', () => {
  it('leaves a tombstone in a store that is eventually consistent: it may be known elsewhere', async () => {
    const memory = memoryStore()
    const store: Store = { isEventual: true, ...memory }
    const token = await genuine({ secret, store: memoryStore() })
    const { sent } = await visitOnce({ secret, store }, `${cookieName}=${token}`, logout)
    expect(sent).toEqual([removal])
    const [kind] = makeKinds().filter(({ store }) => store) as [Kind]
    const id = String(await kind.codec(secret, cookieName).decode(token))
    const left = JSON.parse(String(await memory.get(await storeKey(id))))
    expect(left).toEqual({ at: start, how: 'ended', token: expect.any(String) })
    // What arrives there later is not honored.
    expect(await createVisitor({ store }).present(token)).toEqual({})
  })

  it('writes nothing in any other', async () => {
    const store = watched(memoryStore())
    const token = await genuine({ secret, store: memoryStore() })
    const { sent } = await visitOnce({ secret, store }, `${cookieName}=${token}`, logout)
    expect(sent).toEqual([removal])
    expect(store.calls.map(([name]) => name)).toEqual(['get', 'get'])
  })
})

describe('invalidate() in a Worker that lacks the new secret', () => {
  it('still logs the visitor out', async () => {
    const visitor = createVisitor({ secret: [otherSecret, secret] })
    await visitor.visit((session) => session.set('user', 'mary'))
    const behind = createVisitor({ secret })
    behind.token = visitor.token
    await behind.visit(logout)
    expect(behind.token).toBeUndefined()
  })
})

it('invalidate() ends the old session even if the new one is refused', async () => {
  const memory = memoryStore()
  const visitor = createVisitor({ store: memory })
  await visitor.visit((session) => session.set('user', 'mary'))
  const old = visitor.token
  // Somebody ends all sessions of the user while the new one begins.
  const store: Store = {
    get: memory.get,
    swap: async (key, before, after, ttl) =>
      before === null && key.startsWith('session:')
        ? { swapped: false, kept: JSON.stringify({ at: start, how: 'ended', token: 'x' }) }
        : memory.swap(key, before, after, ttl),
  }
  const leaving = createVisitor({ store })
  leaving.token = old
  await leaving.visit((session) => {
    session.invalidate()
    session.bind('john')
  })
  expect(leaving.sent).toEqual([removal])
  expect(await createVisitor({ store: memory }).present(String(old))).toEqual({})
})
