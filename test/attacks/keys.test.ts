import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { encodeBase64url } from '../../src/session/codecs/base64url.ts'
import { deriveKeyBytes } from '../../src/session/codecs/keys.ts'
import { csrfToken, type SessionOptions } from '../../src/session/index.ts'
import { anonymous, genuine, honored, makeKinds, present } from '../kit/kinds.ts'
import { otherSecret, payloadOf, secret } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

const kinds = makeKinds()

afterEach(() => {
  vi.restoreAllMocks()
})

/** Cookies of one site, by their names on the wire. */
const cookies: Record<string, NonNullable<SessionOptions['cookie']>> = {
  '__Host-session': {},
  '__Secure-session': { prefix: 'secure' },
  session: { prefix: undefined },
  '__Host-flash': { name: 'flash' },
  '__Host-Session': { name: 'Session' },
}

describe.each(kinds)('$kind', (kind) => {
  const { options, store } = kind

  it.each(Object.keys(cookies))('copied from %s is refused under another name', async (from) => {
    const token = await genuine({ ...options, cookie: cookies[from] ?? {} })
    const takers: string[] = []
    for (const [name, cookie] of Object.entries(cookies)) {
      const { shown, rejected } = await present({ ...options, cookie }, token, name)
      if (rejected === undefined) takers.push(name)
      else expect({ shown, rejected }).toEqual({ shown: anonymous, rejected: 'forged' })
    }
    expect(takers).toEqual([from])
  })

  it('is distinct from every other token under the same secret', async () => {
    const others = kinds.filter((other) => other !== kind)
    const tokens = await Promise.all(others.map((other) => genuine(other.options)))
    const visitor = createVisitor()
    const masked = await visitor.visit((session) => csrfToken(session))
    const [, , { _csrft_: csrf }] = payloadOf(visitor.token) as [0, 0, { _csrft_: string }]
    expect(await honored(kind, [...tokens, masked, csrf])).toEqual([])
  })

  it.each([1, 2, 3, 4])('is signed by the newest of %i secrets only', async (count) => {
    const ring = Array.from({ length: count }, (_, i) => `${secret}, number ${i}`)
    const visitor = createVisitor({ ...options, secret: ring })
    await visitor.visit((session) => session.set('user', 'mary'))
    const readers: string[] = []
    for (const each of ring) {
      const { rejected } = await present({ ...options, secret: each }, visitor.token ?? '')
      if (rejected === undefined) readers.push(each)
    }
    expect(readers).toEqual(ring.slice(0, 1))
  })

  it('costs at most one verification for each secret, whatever is sent', async () => {
    const site = { ...options, secret: [`${secret}, newest`, `${secret}, newer`, secret] }
    const verify = vi.spyOn(crypto.subtle, 'verify')
    const decrypt = vi.spyOn(crypto.subtle, 'decrypt')
    const cost = async (token: string) => {
      const before = verify.mock.calls.length + decrypt.mock.calls.length
      await present(site, token)
      return verify.mock.calls.length + decrypt.mock.calls.length - before
    }
    const foreign = await genuine({ ...options, secret: otherSecret })
    expect(await cost(await genuine(site))).toBe(1)
    expect(await cost(await genuine(options))).toBe(3)
    expect(await cost(foreign)).toBe(3)
    // Longer than browsers keep, even though the site itself signed it.
    expect(await cost(foreign.repeat(50))).toBe(0)
    expect(await cost(await genuine(site, { text: 'x'.repeat(3100) }))).toBe(store ? 1 : 0)
  })
})

describe('a key', () => {
  it('belongs to one purpose and one cookie, however their names are split', async () => {
    const owners = new Map<string, string>()
    const part = fc.constantFrom('a', 'b', 'id', '"', ',', '","', '\\', '[', ']', '\0', ' ', 'é')
    const labels = fc.sample(fc.array(part, { minLength: 8, maxLength: 12 }), 1000)
    for (const parts of labels) {
      for (let cut = 0; cut <= parts.length; cut++) {
        const [purpose, name] = [parts.slice(0, cut).join(''), parts.slice(cut).join('')]
        const key = encodeBase64url(new Uint8Array(await deriveKeyBytes(secret, purpose, name)))
        const owner = JSON.stringify([purpose, name])
        expect(owners.get(key) ?? owner).toBe(owner)
        owners.set(key, owner)
      }
    }
    expect(owners.size).toBeGreaterThan(9000)
  })
})
