import { afterEach, describe, expect, it, vi } from 'vitest'
import { cached } from '../../src/session/codecs/cache.ts'
import { signedCodec } from '../../src/session/codecs/signed.ts'
import { at, start } from '../kit/clock.ts'
import { cookieName, otherSecret, secret } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const signed = () => signedCodec(secret, cookieName)

describe('a token that has been read or written before', () => {
  it('is not verified again', async () => {
    const codec = cached(signed())
    const [written, foreign] = [await codec.encode('[1]'), await signed().encode('[2]')]
    const verify = vi.spyOn(crypto.subtle, 'verify')
    expect(await codec.decode(written)).toBe('[1]')
    expect(verify).toHaveBeenCalledTimes(0)
    expect(await codec.decode(foreign)).toBe('[2]')
    expect(await codec.decode(foreign)).toBe('[2]')
    expect(verify).toHaveBeenCalledTimes(1)
  })

  it('does not make a token valid that differs in one character, however often it is tried', async () => {
    const codec = cached(signed())
    const token = await codec.encode('{"user":"mary"}')
    for (let i = 0; i < token.length; i++) {
      const other = token[i] === 'A' ? 'B' : 'A'
      const forged = token.slice(0, i) + other + token.slice(i + 1)
      expect(await codec.decode(forged)).toBe(null)
      expect(await codec.decode(forged)).toBe(null)
    }
    for (const odd of [
      `${token} `,
      ` ${token}`,
      token.slice(1),
      token.toLowerCase(),
      '__proto__',
      '',
    ]) {
      expect(await codec.decode(odd)).toBe(null)
    }
  })

  it('is evicted after 256 others, and then verified again', async () => {
    const codec = cached(signed())
    const first = await codec.encode('[0]')
    for (let i = 1; i <= 256; i++) await codec.encode(`[${i}]`)
    const verify = vi.spyOn(crypto.subtle, 'verify')
    expect(await codec.decode(first)).toBe('[0]')
    expect(verify).toHaveBeenCalledTimes(1)
  })

  it('is not cached if it is longer than browsers keep', async () => {
    const codec = cached(signed())
    const [long, longest] = [
      await codec.encode('x'.repeat(3100)),
      await codec.encode('x'.repeat(1e6)),
    ]
    const verify = vi.spyOn(crypto.subtle, 'verify')
    await codec.decode(long)
    await codec.decode(longest)
    await codec.decode(longest)
    expect(verify).toHaveBeenCalledTimes(3)
  })

  it('is decoded like the codec does if its payload was not well-formed', async () => {
    const codec = cached(signed())
    const token = await codec.encode('\ud800')
    expect(await codec.decode(token)).toBe(await signed().decode(token))
  })

  it('is not evicted by forged ones', async () => {
    const codec = cached(signed())
    const token = await codec.encode('[0]')
    for (let i = 0; i < 300; i++) await codec.decode(`${btoa(`[${i}]`)}.${'A'.repeat(43)}`)
    const verify = vi.spyOn(crypto.subtle, 'verify')
    await codec.decode(token)
    expect(verify).toHaveBeenCalledTimes(0)
  })

  it('opens no expired session', async () => {
    at(0)
    const visitor = createVisitor({ timeout: 60, reissueTime: null })
    await visitor.visit((session) => session.set('n', 1))
    at(60)
    expect(await visitor.visit((session) => session.get('n'))).toBe(1)
    at(61)
    expect(await visitor.visit((session) => [session.new, session.get('n')])).toEqual([
      true,
      undefined,
    ])
  })

  it('gives each request its own copy of the data', async () => {
    at(0)
    const visitor = createVisitor<{ list: number[] }>({ reissueTime: null })
    await visitor.visit((session) => session.set('list', []))
    const cookie = visitor.cookies.get(cookieName) ?? ''
    await visitor.visit((session) => session.get('list')?.push(1))
    visitor.cookies.set(cookieName, cookie) // the same token again
    expect(await visitor.visit((session) => session.get('list'))).toEqual([])
  })

  it('is not honored under another secret', async () => {
    const token = await cached(signed()).encode(`[${start},${start},{}]`)
    expect(await cached(signedCodec(otherSecret, cookieName)).decode(token)).toBe(null)
  })
})
