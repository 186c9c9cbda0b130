import { Hono } from 'hono'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { signedCodec } from '../../src/session/codecs/signed.ts'
import { type Session, SessionError, session } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { at, start } from '../kit/clock.ts'
import { cookieName, otherSecret, secret, sign } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('onReject', () => {
  const valid = () => sign([start, start, { a: 1 }])
  const cases: [string, () => Promise<string>][] = [
    ['forged', () => sign([start, start, { a: 1 }], otherSecret)],
    ['forged', () => sign([start, start, { a: 1 }], secret, 'session')],
    ['forged', async () => ''],
    ['forged', async () => `${await valid()}=`],
    ['malformed', () => sign([start, start])],
    ['malformed', () => sign([start + 61, start, {}])],
    ['malformed', () => signedCodec(secret, cookieName).encode('not JSON')],
    ['expired', () => sign([start - 1201, start - 1201, { a: 1 }])],
    ['expired', () => sign([start, start - 28_801, { a: 1 }])],
    ['duplicate', async () => `${await valid()}; ${cookieName}=${await valid()}`],
  ]

  it.each(cases)('is called once for a cookie that is %s', async (reason, token) => {
    at(0)
    const onReject = vi.fn()
    await createVisitor({ onReject }).present(await token())
    expect(onReject.mock.calls).toEqual([
      [reason, expect.objectContaining({ req: expect.anything() })],
    ])
  })

  it.each([1, 30, 61])(
    'is called with unknown for a session that was ended %i s ago',
    async (seconds) => {
      at(0)
      const onReject = vi.fn()
      const visitor = createVisitor({ store: memoryStore(), onReject })
      await visitor.visit((session) => session.set('a', 1))
      const { token = '' } = visitor
      await visitor.visit((session) => session.invalidate())
      at(seconds)
      expect(await visitor.present(token)).toEqual({})
      expect(onReject.mock.calls).toEqual([['unknown', expect.anything()]])
    },
  )

  it.each([
    ['a session is honored', valid],
    ['no cookie came', async () => ''],
  ])('is not called if %s', async (_, token) => {
    at(0)
    const onReject = vi.fn()
    const value = await token()
    const visitor = createVisitor({ onReject })
    if (value) await visitor.present(value)
    else await visitor.visit((session) => session.get('a'))
    expect(onReject).not.toHaveBeenCalled()
  })

  it('is awaited before the handler continues', async () => {
    at(0)
    const steps: string[] = []
    const visitor = createVisitor({
      async onReject() {
        await crypto.subtle.digest('SHA-256', new Uint8Array()) // longer than a microtask
        steps.push('rejected')
      },
    })
    const headers = { Cookie: `${cookieName}=forged` }
    await visitor.visit(() => void steps.push('handled'), { headers })
    expect(steps).toEqual(['rejected', 'handled'])
  })
})

describe('onReject that opens the session', () => {
  it('gets an error that says why, instead of waiting forever', async () => {
    const failures: unknown[] = []
    const visitor = createVisitor({
      async onReject(_, c) {
        try {
          await c.get('session')()
        } catch (error) {
          failures.push(error)
        }
      },
    })
    visitor.token = 'forged'
    expect(await visitor.visit((session) => session.new)).toBe(true)
    expect(failures).toEqual([expect.any(SessionError)])
    expect(String(failures[0])).toContain('onReject() runs while the session is being opened')
  })

  it('fails another caller that opens the session meanwhile, not the first', async () => {
    const outcomes: unknown[] = []
    const running = Promise.withResolvers<void>()
    const app = new Hono()
      .use(session({ secret, onReject: () => running.promise }))
      .get('/', async (c) => {
        const first = c.var.session()
        await new Promise((resolve) => setTimeout(resolve, 20))
        await c.var.session().catch((error: unknown) => outcomes.push(error))
        running.resolve()
        const opened = await first
        outcomes.push((await c.var.session()) === opened)
        return c.text('page')
      })
    const headers = { Cookie: `${cookieName}=forged` }
    expect((await app.request('/', { headers })).status).toBe(200)
    expect(outcomes).toEqual([expect.any(SessionError), true])
  })

  it('may open another session', async () => {
    const app = new Hono()
      .use(
        session<object, Record<string, string>, 'prefs'>({
          secret,
          as: 'prefs',
          cookie: { name: 'prefs' },
        }),
      )
      .use(
        session({
          secret,
          async onReject(reason, c) {
            const prefs: Session = await c.get('prefs')()
            prefs.flash(reason)
          },
        }),
      )
      .get('/', async (c) => c.text(`${(await c.var.session()).new}`))
    const response = await app.request('/', { headers: { Cookie: `${cookieName}=forged` } })
    expect(await response.text()).toBe('true')
    expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/^__Host-prefs=/)])
  })

  it('fails the request if it lets the error through, and no later one', async () => {
    const visitor = createVisitor({ onReject: (_, c) => c.get('session')() })
    visitor.token = 'forged'
    await expect(visitor.visit((session) => session.new)).rejects.toThrow(SessionError)
    visitor.token = undefined
    expect(await visitor.visit((session) => session.new)).toBe(true)
  })
})
