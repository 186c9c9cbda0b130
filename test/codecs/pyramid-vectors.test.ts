import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { pyramidCodec } from '../../src/session/codecs/pyramid.ts'
import { isMaskOf } from '../../src/session/csrf/mask.ts'
import { CookieTooLargeError, csrfToken, type Session, session } from '../../src/session/index.ts'
import { isReserved } from '../../src/session/state/reserved-keys.ts'
import { visitOnce } from '../kit/visitor.ts'
import {
  codecOf,
  codecOptions,
  cookieOptions,
  hasHash,
  payloadText,
  siteOptions,
  source,
  type Vector,
  vectors,
} from './pyramid-vectors.ts'

// Cookies that real Pyramid 2.0 wrote, and how it read others. Nothing here comes from this library.

const supported = vectors.filter((vector) => hasHash(vector))
const withHash = supported.filter(({ cookie }) => cookie !== null)
const written = withHash.filter((vector) => payloadText(vector) !== undefined)
const isUsable = ({ options }: Vector) => options.timeout !== 0
const isNaNs = ({ id }: Vector) => id === 'state-nan'
const of = (...kinds: Vector['expect'][]) =>
  withHash.filter((vector) => kinds.includes(vector.expect) && isUsable(vector))
const valid = of('valid').filter((vector) => !isNaNs(vector))
const rejected = of('rejected')
const raising = of('raises')
const expired = of('expired')

const replayable = supported.filter(({ ops }) => ops !== undefined)
const byHand = ['state-nan', 'csrf-fixed', 'expired-then-write', 'attrs-max-age-0']
const replayed = replayable.filter(({ id }) => !byHand.includes(id))
const endEmpty = replayed.filter(
  ({ id, payload_json }) => payload_json?.endsWith(', {}]') && id !== 'wire-new-changed-only',
)
const silent = replayed.filter(({ expect }) => expect === 'no-set-cookie')
const saved = replayed.filter((vector) => !endEmpty.includes(vector) && !silent.includes(vector))
const withAttributes = saved.filter(({ id }) => id.startsWith('attrs-'))

const alone = (id: string) => vectors.find((vector) => vector.id === id) as Vector
const seconds = (now: number) => Math.floor(now)

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Sends a vector's cookie, or another, to our site at the vector's time. */
function open<T>(vector: Vector, use: (session: Session) => T, cookie = vector.cookie) {
  vi.setSystemTime(vector.now * 1000)
  return visitOnce(siteOptions(vector), cookie === null ? '' : `session=${cookie}`, use)
}

/** Repeats on our session what was done to Pyramid's. */
function replay(vector: Vector) {
  const use = (session: Session) => {
    for (const [method, ...args] of vector.ops ?? []) apply(session, method, args)
  }
  return open(vector, use, vector.request_cookie ?? null)
}

function apply(session: Session, method: string, args: unknown[]): void {
  const [first, second = ''] = args
  if (method === 'update') {
    for (const [key, value] of Object.entries(first as object)) session.set(key, value)
  } else if (method === '__setitem__') session.set(String(first), second)
  else if (method === 'flash') session.flash(String(first), String(second))
  else if (method === 'pop_flash') session.popFlash()
  else if (method === 'changed') session.changed()
  else if (method === 'get') session.get(String(first))
  else throw new Error(`no such method: ${method}`)
}

async function payloadOf(vector: Vector, token: string | undefined): Promise<unknown> {
  return JSON.parse((await codecOf(vector).decode(token ?? '')) ?? 'null')
}

function visible(state: object): [string, unknown][] {
  return Object.entries(state).filter(([key]) => !isReserved(key))
}

/** A cookie's name and attributes, in one order and case. `Max-Age` alone says when it ends. */
function attributesOf(line: string): string[] {
  const parts = line.replace(/=[^;]*/, '').split('; ')
  return parts
    .map((part) => part.toLowerCase())
    .filter((part) => !part.startsWith('expires'))
    .sort()
}

describe("pyramidCodec(), by Pyramid's own cookies", () => {
  it.each(written)('writes $id byte for byte', async (vector) => {
    expect(await codecOf(vector).encode(payloadText(vector) ?? '')).toBe(vector.cookie)
  })

  it("defaults to Pyramid's salt and hash", async () => {
    const { secret } = codecOptions(alone('tutorial-counter-1'))
    const { cookie, payload_json = '' } = alone('tutorial-counter-1')
    expect(await pyramidCodec({ secret }).encode(payload_json)).toBe(cookie)
  })

  const verbatim = valid.filter((vector) => written.includes(vector))
  const respelled = ['odd-numeric-strings', 'odd-state-empty-list']
  it.each(verbatim.filter(({ id }) => !respelled.includes(id)))(
    'reads the payload of $id unchanged',
    async (vector) => {
      expect(await codecOf(vector).decode(vector.cookie ?? '')).toBe(payloadText(vector))
    },
  )

  it.each([
    ['odd-numeric-strings', '[1700000000,5,{"k":1}]'],
    ['odd-state-empty-list', '[1700000000,1,{}]'],
    ['state-nan', '[1700000000, 1700000000.75, {"nan": null, "inf": null}]'],
  ])('writes %s as JSON', async (id, text) => {
    expect(await codecOf(alone(id)).decode(alone(id).cookie ?? '')).toBe(text)
  })

  it.each(['hashalg-md5', 'hashalg-blake2b'])('refuses %s when configured', (id) => {
    const make = () => pyramidCodec(codecOptions(alone(id)))
    expect(make).toThrow(TypeError)
    expect(make).toThrow(/hash is malformed: give one of SHA-1, SHA-256, SHA-384, SHA-512/)
  })

  it("writes values up to Pyramid's size limit (size-over)", async () => {
    const { a } = alone('size-over').state as { a: string }
    const text = (value: string) => `[1700000000, 1700000000.75, {"a": "${value}"}]`
    const codec = codecOf(alone('size-over'))
    await expect(codec.encode(text(a))).rejects.toThrow(CookieTooLargeError)
    expect(await codec.encode(text(a.slice(1)))).toHaveLength(4064)
  })
})

describe("session(), by Pyramid's own cookies", () => {
  it.each(valid)('reads $id as Pyramid does', async (vector) => {
    const { state, created, read_sets_cookie } = vector.loaded as NonNullable<Vector['loaded']>
    const { result, status, sent, rejected } = await open(vector, (session) => ({
      new: session.new,
      created: session.created,
      entries: session.entries(),
    }))
    expect(rejected).toBeUndefined()
    expect(result).toEqual({ new: false, created, entries: visible(state) })
    expect({ status, sets: sent.length }).toEqual({ status: 200, sets: read_sets_cookie ? 1 : 0 })
  })

  it.each(valid.filter(({ loaded }) => Object.keys(loaded?.state ?? {}).length > 0))(
    're-issues $id with all of its state and its `created`',
    async (vector) => {
      const { token } = await open(vector, (session) => session.changed())
      const { created, state } = vector.loaded as NonNullable<Vector['loaded']>
      expect(await payloadOf(vector, token)).toEqual([seconds(vector.now), created, state])
    },
  )

  it('reads the NaN and Infinity of state-nan as null', async () => {
    const { result, token } = await open(alone('state-nan'), (session) => {
      session.changed()
      return session.entries()
    })
    expect(result).toEqual(Object.entries({ nan: null, inf: null }))
    const kept = [1_700_000_000, 1_700_000_000.75, { nan: null, inf: null }]
    expect(await payloadOf(alone('state-nan'), token)).toEqual(kept)
  })

  it.each(rejected)('starts a new session for $id', async (vector) => {
    const opened = await open(vector, (session) => [session.new, session.size, session.created])
    expect(opened.result).toEqual([true, 0, seconds(vector.now)])
    // Pyramid distinguishes only these two: unsigned, and signed but no session.
    expect(opened.rejected).toBe(vector.payload_hex === undefined ? 'forged' : 'malformed')
    expect([opened.status, opened.sent]).toEqual([200, []])
  })

  it.each(raising)('starts a new session for $id, which crashes Pyramid', async (vector) => {
    const opened = await open(vector, (session) => [session.new, session.size])
    expect(opened).toMatchObject({
      result: [true, 0],
      status: 200,
      rejected: 'malformed',
      sent: [],
    })
  })

  it.each(expired)('drops $id and removes its cookie', async (vector) => {
    // Pyramid keeps `created`, and its session is not new. Ours is another session.
    const opened = await open(vector, (session) => [session.new, session.size, session.created])
    expect(opened.result).toEqual([true, 0, seconds(vector.now)])
    expect(opened).toMatchObject({ rejected: 'expired', status: 200 })
    expect(opened.sent).toEqual([expect.stringMatching(/^session=; Max-Age=0;/)])
  })

  it('refuses time-timeout-0 when configured', () => {
    expect(() => session(siteOptions(alone('time-timeout-0')))).toThrow(RangeError)
  })
})

describe("session(), doing what was done to Pyramid's", () => {
  it.each(saved)('writes $id', async (vector) => {
    const { sent, token } = await replay(vector)
    const [renewed, created, state] = JSON.parse(vector.payload_json ?? '')
    // Ours starts sessions at whole seconds, and keeps the fraction of those that Pyramid started.
    const began = vector.request_cookie ? created : seconds(created)
    expect(sent).toHaveLength(1)
    expect(await payloadOf(vector, token)).toEqual([seconds(renewed), began, state])
  })

  it.each(endEmpty)('writes nothing for $id, which ends empty as it began', async (vector) => {
    expect(await replay(vector)).toMatchObject({ error: undefined, status: 200, sent: [] })
  })

  it.each(silent)('sends no cookie for $id', async (vector) => {
    expect(vector.set_cookie_headers).toEqual([])
    expect(await replay(vector)).toMatchObject({ error: undefined, status: 200, sent: [] })
  })

  it('refuses the NaN and Infinity of state-nan', async () => {
    const { error, sent } = await open(alone('state-nan'), (s) => s.set('nan', Number.NaN), null)
    expect([error, sent]).toEqual([expect.any(TypeError), []])
  })

  it('masks the token of csrf-fixed and leaves it unchanged', async () => {
    const { result, sent } = await open(alone('csrf-fixed'), csrfToken)
    expect(isMaskOf(result ?? '', '0123456789abcdef0123456789abcdef01234567')).toBe(true)
    expect(sent).toEqual([])
  })

  it.each(withAttributes)('sends the name and the attributes of $id', async (vector) => {
    const options = { ...siteOptions(vector), cookie: cookieOptions(vector) }
    const { sent } = await visitOnce(options, '', (session) => session.set('a', 1))
    const [theirs = ''] = vector.set_cookie_headers ?? []
    // Ours always has SameSite. What Pyramid leaves to the browser is Lax as well.
    const expected = theirs.includes('SameSite') ? theirs : `${theirs}; SameSite=Lax`
    expect(attributesOf(sent.join())).toEqual(attributesOf(expected))
  })

  it('refuses attrs-max-age-0 when configured', () => {
    const vector = alone('attrs-max-age-0')
    const options = { ...siteOptions(vector), cookie: cookieOptions(vector) }
    expect(() => session(options)).toThrow(RangeError)
  })

  it('starts a new session after expired-then-write has expired', async () => {
    const vector = alone('expired-then-write')
    const { token } = await replay(vector)
    expect(await payloadOf(vector, token)).toEqual([vector.now, vector.now, { x: 1 }])
  })
})

describe('all vectors', () => {
  it('are 96, and all are used', () => {
    const others = ['state-nan', 'csrf-fixed', 'expired-then-write', 'time-timeout-0', 'size-over']
    const unsupported = ['hashalg-md5', 'hashalg-blake2b', 'attrs-max-age-0']
    const read = [valid, rejected, raising, expired].flat()
    const used = [...read, ...saved, ...endEmpty, ...silent].map(({ id }) => id)
    expect(source).toBe('Pyramid 2.0 with WebOb 1.8.6 on CPython 3.11')
    expect(new Set([...used, ...others, ...unsupported]).size).toBe(96)
    expect(vectors).toHaveLength(96)
    const lists = { written, valid, rejected, raising, expired, saved, withAttributes }
    expect(Object.entries({ ...lists, endEmpty, silent }).map(([k, v]) => [k, v.length])).toEqual(
      Object.entries({
        ...{ written: 64, valid: 58, rejected: 28, raising: 2, expired: 2, saved: 42 },
        ...{ withAttributes: 7, endEmpty: 2, silent: 1 },
      }),
    )
  })
})
