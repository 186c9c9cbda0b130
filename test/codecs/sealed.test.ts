import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { encodeBase64url } from '../../src/session/codecs/base64url.ts'
import { sealedCodec } from '../../src/session/codecs/sealed.ts'
import { CookieTooLargeError, csrfToken, type SessionOptions } from '../../src/session/index.ts'
import { at, start } from '../kit/clock.ts'
import { cookieName, otherSecret, secret, sign } from '../kit/tokens.ts'
import { createVisitor, visitOnce } from '../kit/visitor.ts'

// Made by OpenSSL (node:crypto): HKDF-SHA-256 with an empty salt and the info
// ["edge-session","sealed",<cookie name>], then AES-256-GCM with the nonce 000102…0b and the
// additional data ["sealed",<cookie name>].
const payload = '[1700000000,1700000000,{"name":"Zoë 🍪"}]'
const known = [
  [
    '__Host-session',
    'AAECAwQFBgcICQoL4KArMi9bGbU7VQ8RM3JKuN7M5ByP8Xu2ZdGHgGsudd7X3N6rtXq_Odpa-qAAsxeeLQ8UTmr-XYHYQEau',
  ],
  [
    'session',
    'AAECAwQFBgcICQoLRhhTBx2zro7902Gid3GW_bAY8UDcUgOZGZkAmorqb37tdSVhXokYHxQgfgUfEhSrHv64RqgEI1S5V3E-',
  ],
] as const

const encoder = new TextEncoder()
const sealing = { secret, encrypt: true } satisfies SessionOptions

beforeEach(() => {
  at(0)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

function bytesOf(token: string): Uint8Array<ArrayBuffer> {
  const base64 = token.replaceAll('-', '+').replaceAll('_', '/')
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
}

/** Decrypts a token by its documented format, without the library. */
async function unseal(token: string, by: string, name: string): Promise<string> {
  const master = await crypto.subtle.importKey('raw', encoder.encode(by), 'HKDF', false, [
    'deriveKey',
  ])
  const info = encoder.encode(`["edge-session","sealed","${name}"]`)
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }
  const aes = { name: 'AES-GCM', length: 256 }
  const key = await crypto.subtle.deriveKey(hkdf, master, aes, false, ['decrypt'])
  const bytes = bytesOf(token)
  const additionalData = encoder.encode(`["sealed","${name}"]`)
  const algorithm = { name: 'AES-GCM', iv: bytes.slice(0, 12), additionalData, tagLength: 128 }
  const opened = await crypto.subtle.decrypt(algorithm, key, bytes.slice(12))
  return new TextDecoder().decode(opened)
}

/** The attributes and the name of a cookie, without its value. */
function withoutValue(line: string | undefined): string | undefined {
  return line?.replace(/=[^;]*/, '=')
}

/** The secret of the known answers. */
const knownSecret = 'only-these-tests-know-this-secret'

describe('sealedCodec()', () => {
  it.each(known)('reads the known answer for the cookie %s', async (name, token) => {
    expect(await sealedCodec(knownSecret, name).decode(token)).toBe(payload)
  })

  it.each(known)('writes what plain AES-256-GCM decrypts, for the cookie %s', async (name) => {
    const token = await sealedCodec(knownSecret, name).encode(payload)
    expect(await unseal(token, knownSecret, name)).toBe(payload)
  })

  it.each(known)('writes the known answer for the cookie %s and its nonce', async (name, token) => {
    const nonce = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    const value = (array: Uint8Array) => {
      array.set(nonce)
      return array
    }
    // Not a spy: in Bun none could be taken off again.
    Object.defineProperty(crypto, 'getRandomValues', { value, configurable: true })
    try {
      expect(await sealedCodec(knownSecret, name).encode(payload)).toBe(token)
    } finally {
      Reflect.deleteProperty(crypto, 'getRandomValues')
    }
  })

  it('never repeats a nonce: 10,000 tokens of one payload have 10,000', async () => {
    const codec = sealedCodec(secret, 'session')
    const nonces = new Set<string>()
    for (let i = 0; i < 10_000; i++) nonces.add((await codec.encode(payload)).slice(0, 16))
    expect(nonces.size).toBe(10_000)
  })

  it('adds 28 bytes to the payload', async () => {
    for (const length of [0, 1, 2, 3, 100]) {
      const token = await sealedCodec(secret, 'session').encode('x'.repeat(length))
      expect(bytesOf(token).length).toBe(12 + length + 16)
    }
  })

  it('refuses a token with any bit changed, in nonce, ciphertext or tag', async () => {
    const codec = sealedCodec(secret, 'session')
    const bytes = bytesOf(await codec.encode(payload))
    let refused = 0
    for (let i = 0; i < bytes.length * 8; i++) {
      const changed = bytes.slice()
      changed[i >> 3] = (changed[i >> 3] as number) ^ (1 << (i & 7))
      if ((await codec.decode(encodeBase64url(changed))) === null) refused++
    }
    expect(refused).toBe((12 + encoder.encode(payload).length + 16) * 8)
  })

  it('refuses a shorter tag', async () => {
    const codec = sealedCodec(secret, 'session')
    const bytes = bytesOf(await codec.encode(payload))
    for (let cut = 1; cut <= bytes.length; cut++) {
      expect(await codec.decode(encodeBase64url(bytes.slice(0, -cut)))).toBeNull()
    }
  })
})

describe('a sealed cookie', () => {
  it('reveals nothing of its data', async () => {
    const visitor = createVisitor({ encrypt: true })
    await visitor.visit((session) => {
      session.set('customer', 'Zoë of Malmö')
      session.flash('Your order was sent')
      csrfToken(session)
    })
    const { token = '' } = visitor
    const opened = await unseal(token, secret, cookieName)
    const bytes = [...bytesOf(token)].map((byte) => String.fromCharCode(byte)).join('')
    for (const word of ['customer', 'of Malm', 'order was', '_csrft_', `${start}`]) {
      expect(opened).toContain(word)
      expect(bytes).not.toContain(word)
      expect(token).not.toContain(word)
    }
  })

  it('differs at each write of the same session', async () => {
    const visitor = createVisitor({ encrypt: true })
    await visitor.visit((session) => session.set('a', 1))
    const { token: first = '' } = visitor
    await visitor.visit((session) => session.changed())
    const { token: second = '' } = visitor
    expect(second).not.toBe(first)
    expect(await unseal(second, secret, cookieName)).toBe(await unseal(first, secret, cookieName))
  })

  it('is forged for a site that signs with the same secret', async () => {
    const token = await sealedCodec(secret, cookieName).encode(`[${start},${start},{"a":1}]`)
    const of = (options: SessionOptions) =>
      visitOnce(options, `${cookieName}=${token}`, (session) => session.get('a'))
    expect(await of(sealing)).toMatchObject({ result: 1, rejected: undefined })
    expect(await of({ secret })).toMatchObject({ result: undefined, rejected: 'forged' })
  })

  it('is required by a site that seals: a signed one is forged', async () => {
    const cookie = `${cookieName}=${await sign([start, start, { a: 1 }])}`
    const of = (options: SessionOptions) =>
      visitOnce(options, cookie, (session) => session.get('a'))
    expect(await of({ secret })).toMatchObject({ result: 1, rejected: undefined })
    expect(await of(sealing)).toMatchObject({ result: undefined, rejected: 'forged' })
  })

  it('is re-encrypted with the first secret of a list, its payload unchanged', async () => {
    const text = `[ ${start}.5, ${start}, {"a": "\\u00e9"} ]`
    const token = await sealedCodec(secret, cookieName).encode(text)
    const options: SessionOptions = {
      secret: [otherSecret, secret],
      encrypt: true,
      reissueTime: null,
    }
    const renewed = await visitOnce(options, `${cookieName}=${token}`, (session) =>
      session.get('a'),
    )
    expect(renewed.result).toBe('é')
    expect(await unseal(renewed.token ?? '', otherSecret, cookieName)).toBe(text)
  })
})

describe('encrypt', () => {
  /** What a handler and a browser see visit after visit, except for the cookie's value. */
  async function scenario(options: Partial<SessionOptions>) {
    at(0)
    const visitor = createVisitor(options)
    const seen: unknown[] = []
    const see = (result: unknown) => {
      const { status, headers } = visitor.response
      seen.push(result, status, visitor.sent.map(withoutValue), headers.get('Cache-Control'))
    }
    see(await visitor.visit((session) => [session.new, session.id, session.set('a', { b: [1] })]))
    at(10)
    see(await visitor.visit((session) => [session.new, session.created, session.entries()]))
    see(await visitor.visit((session) => session.flash('Hello', 'error')))
    see(await visitor.visit((session) => [session.peekFlash('error'), session.popFlash('error')]))
    at(200)
    see(await visitor.visit((session) => session.get('a')))
    see(await visitor.visit((session) => session.regenerate()))
    see(await visitor.visit((session) => session.update('n', (n = 0) => Number(n) + 1)))
    at(1401)
    see(await visitor.visit((session) => [session.new, session.entries()]))
    see(await visitor.visit((session) => session.set('a', 2)))
    see(await visitor.visit((session) => session.invalidate()))
    return seen
  }

  it('changes nothing for the handler, and only the value of the cookie', async () => {
    const [signed, sealed] = [await scenario({}), await scenario({ encrypt: true })]
    expect(sealed).toEqual(signed)
    expect(sealed).toContainEqual([false, start, [['a', { b: [1] }]]])
  })

  it('accepts cookies of 4,096 bytes and refuses one byte more, without revealing data', async () => {
    // 4096 - 14 of the name are 4082 characters, or 3061 bytes with nonce and tag.
    const room = 3061 - 28 - JSON.stringify([start, start, { a: '' }]).length
    const keep = (length: number) =>
      visitOnce(sealing, '', (session) => session.set('a', 'x'.repeat(length)))
    const { sent, token = '', error } = await keep(room)
    expect([error, sent.length, cookieName.length + token.length]).toEqual([undefined, 1, 4096])
    const refused = await keep(room + 1)
    expect(refused.sent).toEqual([])
    expect(refused.error).toBeInstanceOf(CookieTooLargeError)
    expect(String(refused.error)).toMatch(/4097 bytes.* 4096 .*\ba \(\d+\)/)
    expect(String(refused.error)).not.toContain('xx')
  })
})
