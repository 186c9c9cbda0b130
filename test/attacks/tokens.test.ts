import { afterEach, describe, expect, it, vi } from 'vitest'
import { encodeBase64url } from '../../src/session/codecs/base64url.ts'
import { at, start } from '../kit/clock.ts'
import { anonymous, contentOf, genuine, honored, makeKinds, present } from '../kit/kinds.ts'
import { cookieName, otherSecret, secret } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

const encoder = new TextEncoder()
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const strangers = ['=', '%41', ' ', '"', ',', '.', '+', '/']
const admin = { uid: 1, admin: true }

afterEach(() => {
  vi.useRealTimers()
})

function random(length: number): string {
  return encodeBase64url(crypto.getRandomValues(new Uint8Array(length)))
}

function base64url(text: string): string {
  return encodeBase64url(encoder.encode(text))
}

describe.each(makeKinds())('$kind', (kind) => {
  const { options, codec } = kind

  it('is honored when the site wrote it', async () => {
    const token = await genuine(options, admin)
    expect(await honored(kind, [token])).toEqual([token])
    const { shown } = await present(options, token)
    expect(shown).toEqual({ ...anonymous, result: [false, admin] })
  })

  it('is not forged by 1,000 guesses at a signature', async () => {
    const body = base64url(await contentOf(kind, admin))
    const guesses = Array.from({ length: 333 }, () => [
      `${body}.${random(32)}`,
      random(12 + 60 + 16),
      random(12) + body + random(16),
    ])
    const zeros = encodeBase64url(new Uint8Array(32))
    expect(await honored(kind, [...guesses.flat(), `${body}.${zeros}`, zeros])).toEqual([])
  })

  it('is not forged with a known secret or with another signature', async () => {
    const content = await contentOf(kind, admin)
    const secrets = ['itsaseekreet', '', otherSecret, secret.slice(1), `${secret} `]
    const own = await Promise.all(secrets.map((each) => codec(each, cookieName).encode(content)))
    const tail = (await genuine(options)).slice(-43)
    expect(await honored(kind, [...own, `${base64url(content)}.${tail}`])).toEqual([])
  })

  it('is not forged by a token that names its own version or algorithm', async () => {
    const token = await genuine(options, admin)
    const body = base64url(await contentOf(kind, admin))
    const headers = ['none', 'None', 'HS256'].map((alg) => base64url(JSON.stringify({ alg })))
    const versions = ['none', 'v0', 'v1', 'v2', 'V1', 'HS1', '__proto__', 'constructor', '']
    const forged = [...headers, ...versions].flatMap((name) => [
      ...[`${name}.${token}`, `${name}${token}`, `${token}.${name}`],
      ...[`${name}.${body}`, `${name}.${body}.`, `${body}.${name}`],
    ])
    expect(
      await honored(
        kind,
        forged.filter((each) => each !== token),
      ),
    ).toEqual([])
  })

  it('is never accepted unsigned, in any encoding', async () => {
    const content = await contentOf(kind, admin)
    const hex = [...encoder.encode(content)].map((byte) => byte.toString(16)).join('')
    const spelled = [content, encodeURIComponent(content), base64url(content), btoa(content), hex]
    const [, signature = ''] = (await genuine(options)).split('.')
    const forged = [...spelled, signature].flatMap((text) => [text, `${text}.`, `.${text}`])
    forged.push(...spelled.map((text) => `${text}.${text}`), '', '.', '..')
    expect(await honored(kind, forged)).toEqual([])
  })

  it('is refused for every reason with a byte-identical response', async () => {
    at(0)
    const own = codec(secret, cookieName)
    const bad = [
      'x',
      '',
      `${await genuine(options)}=`,
      `${await genuine(options)}; ${cookieName}=${await genuine(options)}`,
      await genuine({ ...options, secret: otherSecret }),
      await codec(secret, 'session').encode(await contentOf(kind)),
      await own.encode('not what it is to be'),
      await own.encode(random(32)), // an id that does not exist
      await own.encode(JSON.stringify([start, start])),
    ]
    const answers = await Promise.all(
      bad.map(async (token) => {
        const visitor = createVisitor(options)
        const data = await visitor.present(token)
        const { status, headers } = visitor.response
        return JSON.stringify([data, status, [...headers], await visitor.response.text()])
      }),
    )
    expect([...new Set(answers)]).toEqual([expect.stringMatching(/^\[\{\},200,.*"done"\]$/)])
    expect(answers[0]).not.toContain('set-cookie')
  })

  it('is refused with any one character changed, lost or added', {
    timeout: 60_000,
  }, async () => {
    const token = await genuine(options)
    const changed = [...token].flatMap((original, i) =>
      [...alphabet, ...strangers, '']
        .filter((other) => other !== original)
        .map((other) => token.slice(0, i) + other + token.slice(i + 1)),
    )
    const cut = [...token].flatMap((_, i) => [token.slice(0, i), token.slice(i + 1)])
    const more = [...alphabet, ...strangers].map((each) => token + each)
    expect(changed.length).toBeGreaterThan(6000)
    expect(await honored(kind, [...changed, ...cut, ...more, token + token])).toEqual([])
  })
})
