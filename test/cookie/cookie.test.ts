import { afterEach, describe, expect, it, vi } from 'vitest'
import { findCookies } from '../../src/session/cookie/cookie.ts'
import { cookieName, secret, sign } from '../kit/tokens.ts'
import { dataOf, visitOnce } from '../kit/visitor.ts'

const now = () => Math.floor(Date.now() / 1000)
const valid = (data = { a: 1 } as object) => sign([now(), now(), data])

/** How a site with default options reads a `Cookie` header. */
async function send(header: string) {
  const { result: data, rejected, sent } = await visitOnce({ secret }, header, dataOf)
  return { data, rejected, sent }
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('the session cookie', () => {
  it.each<[string, (token: string) => string]>([
    ['alone', (token) => `${cookieName}=${token}`],
    ['behind another', (token) => `a=1; ${cookieName}=${token}`],
    ['before another', (token) => `${cookieName}=${token}; a=1`],
    ['without a space between', (token) => `a=1;${cookieName}=${token};b=2`],
    ['behind spaces and tabs', (token) => `a=1; \t ${cookieName}=${token}`],
    ['behind an empty pair', (token) => `;; ${cookieName}=${token}`],
    ['among pairs without names', (token) => `=x; y; ${cookieName}=${token}; =; z`],
    ['behind names that end like it', (token) => `x${cookieName}=1; ${cookieName}=${token}`],
    ['behind names that begin like it', (token) => `${cookieName}2=1; ${cookieName}=${token}`],
    ['behind names without a prefix', (token) => `session=1; ${cookieName}=${token}`],
    ['behind quoted values', (token) => `a="1; b=\\"2"; ${cookieName}=${token}`],
    [
      'among a hundred others',
      (token) => {
        const others = Array.from({ length: 50 }, (_, i) => `cookie${i}=${'v'.repeat(i)}`).join(
          '; ',
        )
        return `${others}; ${cookieName}=${token}; ${others}`
      },
    ],
  ])('is found %s', async (_, header) => {
    expect((await send(header(await valid()))).data).toEqual({ a: 1 })
  })

  it.each<[string, (token: string) => string]>([
    ['as the end of another name', (token) => `x${cookieName}=${token}`],
    ['as the beginning of another name', (token) => `${cookieName}x=${token}`],
    ['without its prefix', (token) => `session=${token}`],
    ['under another prefix', (token) => `__Secure-session=${token}`],
    ['in lower case', (token) => `__host-session=${token}`],
    ['in upper case', (token) => `__HOST-SESSION=${token}`],
    ['percent-encoded', (token) => `%5F%5FHost-session=${token}`],
    ['behind an empty name', (token) => `=${cookieName}=${token}`],
    ['within the value of another', (token) => `x=${cookieName}=${token}`],
    ['behind a space in the value of another', (token) => `x=1 ${cookieName}=${token}`],
    ['behind a comma in the value of another', (token) => `x=1, ${cookieName}=${token}`],
    ['in a second header line', (token) => `x=1,${cookieName}=${token}`],
    ['behind a quote', (token) => `x="1 ${cookieName}=${token}"`],
    ['with a space before =', (token) => `${cookieName} =${token}`],
    ['behind a form feed', (token) => `x=1;\f${cookieName}=${token}`],
    ['behind a vertical tab', (token) => `x=1;\v${cookieName}=${token}`],
    ['as an attribute of version 1', (token) => `$Version=1, ${cookieName}=${token}`],
  ])('is not read %s', async (_, header) => {
    const { data, rejected } = await send(header(await valid()))
    expect(data).toEqual({})
    expect(rejected).toBeUndefined()
  })

  it.each<[string, (token: string) => string]>([
    ['in quotes', (token) => `"${token}"`],
    ['behind a space', (token) => `${token} `],
    ['with another cookie behind a comma', (token) => `${token}, x=1`],
    ['with its dot percent-encoded', (token) => token.replace('.', '%2E')],
    ['with its first character percent-encoded', (token) => token.replace(/^W/, '%57')],
  ])('is refused with a value %s', async (_, value) => {
    const { data, rejected } = await send(`${cookieName}=${value(await valid())}; other=1`)
    expect(data).toEqual({})
    expect(rejected).toBe('forged')
  })
})

describe('findCookies()', () => {
  // Workers deliver such a header, but warn if a test makes one.
  const spaces = '\u0085\u00a0\u1680\u2000\u2007\u200b\u2028\u2029\u202f\u205f\u3000\ufeff\n\r\0'

  it.each([...spaces])('finds no name after the space %j, which a subdomain can set', (space) => {
    expect(findCookies(`${space}${cookieName}=planted`, `${cookieName}=`)).toEqual([])
    expect(findCookies(`a=1; ${space}${cookieName}=planted`, `${cookieName}=`)).toEqual([])
    expect(findCookies(`a=1;${space} ${cookieName}=planted`, `${cookieName}=`)).toEqual([])
  })

  it('returns values as they were sent', () => {
    expect(findCookies('a="1"; a=%41; a= b ; a=; a==', 'a=')).toEqual([
      '"1"',
      '%41',
      ' b ',
      '',
      '=',
    ])
  })

  it('reads a header of 100,000 near misses in linear time', () => {
    const header = `${' '.repeat(100_000)};${'a='.repeat(100_000)};${' a='.repeat(100_000)}`
    const began = Date.now()
    expect(findCookies(header, 'a=')).toHaveLength(2)
    expect(Date.now() - began).toBeLessThan(1000)
  })
})
