import { afterEach, describe, expect, it, vi } from 'vitest'
import { signedCodec } from '../../src/session/codecs/signed.ts'
import { SessionError } from '../../src/session/index.ts'
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

  it.each([
    ['a session is honoured', valid],
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
  it('has that fail with an error that says why, instead of waiting for ever', async () => {
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

  it('fails the request if it lets the error through, and no later one', async () => {
    const visitor = createVisitor({ onReject: (_, c) => c.get('session')() })
    visitor.token = 'forged'
    await expect(visitor.visit((session) => session.new)).rejects.toThrow(SessionError)
    visitor.token = undefined
    expect(await visitor.visit((session) => session.new)).toBe(true)
  })
})
