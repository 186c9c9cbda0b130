import { HTTPException } from 'hono/http-exception'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { decodeBase64url } from '../../src/session/codecs/base64url.ts'
import {
  CookieTooLargeError,
  csrfToken,
  type Session,
  type SessionOptions,
  session,
} from '../../src/session/index.ts'
import { at, start } from '../kit/clock.ts'
import { payloadOf, secret, sign } from '../kit/tokens.ts'
import { createVisitor, createVisitorWith, dataOf } from '../kit/visitor.ts'

const year = 31_536_000

beforeEach(() => {
  at(0)
})
afterEach(() => {
  vi.useRealTimers()
})

/** A visitor whose cookie holds a payload. Pyramid knows no `lifetime`. */
function holder(payload: unknown, options: Partial<SessionOptions> = {}) {
  return createVisitorWith(payload, { lifetime: null, ...options })
}

/** The data in a session's cookie, as Pyramid would find it there. */
function kept({ token }: { token: string | undefined }): unknown {
  return (payloadOf(token) as unknown[])[2]
}

/** Options that no compiler has checked. */
function unchecked(options: Record<string, unknown>): SessionOptions {
  return { secret, ...options }
}

describe("session(), by Pyramid's tests of its cookie session", () => {
  it('starts empty without a cookie (test_ctor_no_cookie)', async () => {
    expect(await createVisitor().visit((session) => [dataOf(session), session.new])).toEqual([
      {},
      true,
    ])
  })

  it('has every operation of a Pyramid session (test_instance_conforms)', async () => {
    const kinds = await createVisitor().visit((session) => ({
      functions: [
        ...[session.get, session.set, session.has, session.delete, session.clear, session.update],
        ...[session.keys, session.entries, session.changed, session.invalidate],
        ...[session.flash, session.popFlash, session.peekFlash],
      ].filter((member) => typeof member === 'function').length,
      size: typeof session.size,
      created: typeof session.created,
      new: typeof session.new,
    }))
    expect(kinds).toEqual({ functions: 13, size: 'number', created: 'number', new: 'boolean' })
  })

  it('keeps a session within its timeout (test_ctor_with_cookie_still_valid)', async () => {
    const visitor = await holder([start, 0, { state: 1 }])
    expect(await visitor.data()).toEqual({ state: 1 })
  })

  it('drops a session that timed out (test_ctor_with_cookie_expired)', async () => {
    const visitor = await holder([0, 0, { state: 1 }])
    const found = await visitor.visit((s) => [dataOf(s), s.new, s.created])
    // Pyramid keeps the old `created`, and its session is not new.
    expect(found).toEqual([{}, true, start])
  })

  it('ignores a cookie that is no token (test_ctor_with_bad_cookie_cannot_deserialize)', async () => {
    expect(await createVisitor().present('abc')).toEqual({})
  })

  it('ignores a signed payload that is no session (test_ctor_with_bad_cookie_not_tuple)', async () => {
    expect(await createVisitor().present(await sign('abc'))).toEqual({})
  })

  it('counts the timeout in seconds since the last write (test_timeout)', async () => {
    const visitor = await holder([start - 5, 0, { state: 1 }], { timeout: 1 })
    expect(await visitor.data()).toEqual({})
  })

  it('never expires a session with timeout null (test_timeout_never)', async () => {
    const visitor = await holder([start - year, start - year, { state: 1 }], { timeout: null })
    expect(await visitor.data()).toEqual({ state: 1 })
  })

  it('does not honor a session from next year (test_timeout_never)', async () => {
    // Pyramid does: it tests `timeout=None` with such a stamp.
    const visitor = await holder([start + year, 0, { state: 1 }], { timeout: null })
    expect(await visitor.data()).toEqual({})
  })

  it.each(['1', 'Invalid value'])(
    'refuses timeout %j when configured (test_timeout_str, test_timeout_invalid)',
    (timeout) => {
      // Pyramid converts '1'. Strings come from the environment, which could have '' or 'ten' as well.
      expect(() => session(unchecked({ timeout }))).toThrow(TypeError)
    },
  )

  it('writes a session after changed() (test_changed)', async () => {
    const visitor = await holder([start, 0, { state: 1 }])
    expect(await visitor.visit((session) => session.changed())).toBeUndefined()
    expect(visitor.sent).toHaveLength(1)
    expect(kept(visitor)).toEqual({ state: 1 })
  })

  it('empties an invalidated session (test_invalidate)', async () => {
    const visitor = await holder([start, 0, { state: 1 }])
    await visitor.visit((session) => {
      session.set('a', 1)
      expect(session.invalidate()).toBeUndefined()
      expect(dataOf(session)).toEqual({})
    })
    // Pyramid sends a cookie with `{}` in it.
    expect(visitor.sent).toEqual([expect.stringContaining('Max-Age=0')])
  })

  it('re-issues a session on a read after reissueTime (test_reissue_triggered)', async () => {
    const visitor = await holder([start - 2, 0, { state: 1 }], { reissueTime: 0 })
    expect(await visitor.visit((session) => session.get('state'))).toBe(1)
    expect(payloadOf(visitor.token)).toEqual([start, 0, { state: 1 }])
  })

  it('re-issues nothing in the second of the last write (test_reissue_triggered)', async () => {
    // Pyramid, too, though its documentation of `reissue_time=0` says "on every request".
    const visitor = await holder([start, 0, { state: 1 }], { reissueTime: 0 })
    expect(await visitor.visit((session) => session.get('state'))).toBe(1)
    expect(visitor.sent).toEqual([])
  })

  it('re-issues nothing before reissueTime has passed (test_reissue_not_triggered)', async () => {
    const visitor = await holder([start, 0, { state: 1 }], { reissueTime: 1 })
    at(1)
    expect(await visitor.visit((session) => session.get('state'))).toBe(1)
    expect(visitor.sent).toEqual([])
  })

  it('never re-issues a session with reissueTime null (test_reissue_never)', async () => {
    const visitor = await holder([0, 0, { state: 1 }], { reissueTime: null, timeout: null })
    expect(await visitor.visit((session) => session.get('state'))).toBe(1)
    expect(visitor.sent).toEqual([])
  })

  it.each(['0', 'invalid value'])(
    'refuses reissueTime %j when configured (test_reissue_str_triggered, test_reissue_invalid)',
    (reissueTime) => {
      // Pyramid converts '0'.
      expect(() => session(unchecked({ reissueTime }))).toThrow(TypeError)
    },
  )

  it('refuses maxAge "invalid value" when configured (test_cookie_max_age_invalid)', () => {
    const options = unchecked({ cookie: { maxAge: 'invalid value' } })
    expect(() => session(options)).toThrow(TypeError)
  })
})

describe("session(), by Pyramid's tests of its Set-Cookie", () => {
  const fail = (error: Error) => (session: Session) => {
    session.set('a', 1)
    throw error
  }

  it('drops changes with setOnError false when the handler throws (test__set_cookie_on_exception)', async () => {
    const visitor = createVisitor({ setOnError: false })
    await expect(visitor.visit(fail(new Error('broken')))).rejects.toThrow('broken')
    expect(visitor.response.status).toBe(500)
    expect(visitor.sent).toEqual([])
  })

  it('drops changes for an HTTPException as well (test_no_set_cookie_with_exception)', async () => {
    const visitor = createVisitor({ setOnError: false })
    await expect(visitor.visit(fail(new HTTPException(404)))).rejects.toThrow(HTTPException)
    expect(visitor.sent).toEqual([])
  })

  it('keeps changes with setOnError false when nothing is thrown (test__set_cookie_on_exception_no_request_exception)', async () => {
    const visitor = createVisitor({ setOnError: false })
    await visitor.visit((session) => session.set('a', 1))
    expect(kept(visitor)).toEqual({ a: 1 })
  })

  it('keeps changes by default when the handler throws (test_set_cookie_with_exception)', async () => {
    const visitor = createVisitor()
    await expect(visitor.visit(fail(new Error('broken')))).rejects.toThrow('broken')
    expect(visitor.response.status).toBe(500)
    expect(kept(visitor)).toEqual({ a: 1 })
  })

  it('refuses a cookie that browsers would drop (test__set_cookie_cookieval_too_long)', async () => {
    const visitor = createVisitor()
    const visit = visitor.visit((session) => session.set('a', 'x'.repeat(100_000)))
    await expect(visit).rejects.toThrow(CookieTooLargeError)
    expect(visitor.sent).toEqual([])
  })

  it('sends the cookie with a response that a handler made (test__set_cookie_real_webob_response)', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => {
      session.set('a', 1)
      return new Response('real', { headers: { 'Set-Cookie': 'b=2' } })
    })
    expect(visitor.sent).toEqual(['b=2', expect.stringMatching(/^__Host-session=/)])
  })

  it('sends the configured attributes (test__set_cookie_options)', async () => {
    const visitor = createVisitor({
      cookie: { name: 'abc', prefix: undefined, path: '/foo', domain: 'localhost' },
    })
    await visitor.visit((session) => session.set('a', 1))
    const [pair, ...attributes] = visitor.sent.join().split('; ')
    expect(pair).toMatch(/^abc=[\w.-]+$/)
    // Order and letter case are Hono's. Secure and HttpOnly are on unless turned off.
    expect(attributes.sort()).toEqual(
      ['Domain=localhost', 'HttpOnly', 'Path=/foo', 'SameSite=Lax', 'Secure'].sort(),
    )
  })

  it('sends one cookie for a write (test_cookie_is_set)', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => session.set('a', 1))
    expect(visitor.sent).toHaveLength(1)
    expect(payloadOf(visitor.token)).toEqual([start, start, { a: 1 }])
  })
})

describe("flash(), popFlash() and peekFlash(), by Pyramid's tests", () => {
  it('keeps messages in order under _f_ (test_flash_default)', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => {
      session.flash('msg1')
      session.flash('msg2')
    })
    expect(kept(visitor)).toEqual({ _f_: ['msg1', 'msg2'] })
  })

  it('keeps a duplicate once if allowDuplicate is false (test_flash_allow_duplicate_false)', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => {
      session.flash('msg1')
      session.flash('msg1', '', false)
    })
    expect(kept(visitor)).toEqual({ _f_: ['msg1'] })
  })

  it.each([
    [true, 'test_flash_allow_duplicate_true_and_msg_not_in_storage'],
    [false, 'test_flash_allow_duplicate_false_and_msg_not_in_storage'],
  ])('keeps a first message with allowDuplicate %j (%s)', async (allowDuplicate) => {
    const visitor = createVisitor()
    await visitor.visit((session) => session.flash('msg1', '', allowDuplicate))
    expect(kept(visitor)).toEqual({ _f_: ['msg1'] })
  })

  it('keeps queues apart (test_flash_mixed)', async () => {
    const visitor = createVisitor()
    await visitor.visit((session) => {
      session.flash('warn1', 'warn')
      session.flash('warn2', 'warn')
      session.flash('err1', 'error')
      session.flash('err2', 'error')
    })
    expect(kept(visitor)).toEqual({ _f_warn: ['warn1', 'warn2'], _f_error: ['err1', 'err2'] })
  })

  it.each([
    ['', 'test_pop_flash_default_queue'],
    ['error', 'test_pop_flash_nodefault_queue'],
  ])('removes the messages of queue %j (%s)', async (queue) => {
    const visitor = await holder([start, 0, { a: 1, [`_f_${queue}`]: ['one', 'two'] }])
    expect(await visitor.visit((session) => session.popFlash(queue))).toEqual(['one', 'two'])
    expect(kept(visitor)).toEqual({ a: 1 })
  })

  it.each([
    ['', 'test_peek_flash_default_queue'],
    ['error', 'test_peek_flash_nodefault_queue'],
  ])('reads the messages of queue %j and leaves them (%s)', async (queue) => {
    const visitor = await holder([start, 0, { [`_f_${queue}`]: ['one', 'two'] }])
    expect(await visitor.visit((session) => session.peekFlash(queue))).toEqual(['one', 'two'])
    expect(visitor.sent).toEqual([])
    expect(await visitor.visit((session) => session.peekFlash(queue))).toEqual(['one', 'two'])
  })
})

describe("csrfToken(), by Pyramid's tests of its token", () => {
  // Pyramid's token is the one in the session. Ours is a mask of it.
  function unmask(token: string): string {
    const bytes = decodeBase64url(token) ?? new Uint8Array()
    const half = bytes.length / 2
    const secret = bytes.slice(half).map((byte, i) => byte ^ (bytes[i] as number))
    return new TextDecoder().decode(secret)
  }

  it('stores a new token under _csrft_ after regenerate() (test_new_csrf_token)', async () => {
    const visitor = await holder([start, 0, { _csrft_: 'token' }])
    const token = await visitor.visit((session) => {
      session.regenerate()
      return csrfToken(session)
    })
    expect(unmask(token)).not.toBe('token')
    expect(kept(visitor)).toEqual({ _csrft_: unmask(token) })
  })

  it('uses the token under _csrft_ unchanged (test_get_csrf_token)', async () => {
    const visitor = await holder([start, 0, { _csrft_: 'token' }])
    expect(unmask(await visitor.visit(csrfToken))).toBe('token')
    expect(visitor.sent).toEqual([])
  })

  it('makes a token if there is none (test_get_csrf_token_new)', async () => {
    const visitor = createVisitor()
    const token = await visitor.visit(csrfToken)
    expect(unmask(token)).not.toBe('')
    expect(kept(visitor)).toEqual({ _csrft_: unmask(token) })
  })
})
