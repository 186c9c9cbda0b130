import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { SessionOptions } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { boundBrowser, pass } from '../contracts/device.ts'
import { accountOf, type Bank, bank, headerOf, mary, nobody, shownTo } from '../kit/bank.ts'
import {
  challengeIn,
  type DeviceKey,
  deviceBrowser,
  encodePart,
  type Instructions,
  makeKey,
  prove,
} from '../kit/device.ts'
import { cookieName } from '../kit/tokens.ts'

const boundName = `${cookieName}-device`

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Proofs that no honest browser makes, of a challenge that the server has just sent. */
const forgeries: Record<string, (key: DeviceKey, jti: string, jwk?: object) => unknown> = {
  'without a signature, as alg none': (_, jti, jwk) =>
    `${encodePart({ alg: 'none', typ: 'dbsc+jwt', jwk })}.${encodePart({ jti })}.`,
  'that claims alg none': (key, jti, jwk) => prove(key, jti, { alg: 'none', jwk }),
  'that claims RS256': (key, jti, jwk) => prove(key, jti, { alg: 'RS256', jwk }),
  'that claims ES384': (key, jti, jwk) => prove(key, jti, { alg: 'ES384', jwk }),
  'of another type': (key, jti, jwk) => prove(key, jti, { typ: 'JWT', jwk }),
  'signed with HMAC and the public key': async (key, jti, jwk) => {
    const hmac = { name: 'HMAC', hash: 'SHA-256' }
    const bytes = new TextEncoder().encode(key.jwk.x)
    const secret = await crypto.subtle.importKey('raw', bytes, hmac, false, ['sign'])
    const head = encodePart({ alg: 'HS256', typ: 'dbsc+jwt', jwk })
    const text = `${head}.${encodePart({ jti })}`
    const mac = await crypto.subtle.sign(hmac, secret, new TextEncoder().encode(text))
    return `${text}.${btoa(String.fromCharCode(...new Uint8Array(mac))).replaceAll('=', '')}`
  },
  'with a part more': async (key, jti, jwk) => `${await prove(key, jti, { jwk })}.e30`,
  'with a part less': async (key, jti, jwk) =>
    (await prove(key, jti, { jwk })).replace(/\.[^.]*$/, ''),
  'with a signature in another spelling': async (key, jti, jwk) =>
    `${await prove(key, jti, { jwk })}=`,
  'with unused bits in its signature': async (key, jti, jwk) => {
    const proof = await prove(key, jti, { jwk })
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    return proof.slice(0, -1) + digits[digits.indexOf(proof.at(-1) ?? '') + 1]
  },
  'with one character of its signature changed': async (key, jti, jwk) => {
    const [head, body, signature = ''] = (await prove(key, jti, { jwk })).split('.')
    return [head, body, (signature[0] === 'A' ? 'B' : 'A') + signature.slice(1)].join('.')
  },
  'whose challenge was changed after it was signed': async (key, jti, jwk) => {
    const [head, , signature] = (await prove(key, jti, { jwk })).split('.')
    return [head, encodePart({ jti, sub: 'mary' }), signature].join('.')
  },
  'of a challenge that nobody sent': (key, _, jwk) => prove(key, 'e30.e30', { jwk }),
  'of a challenge that is a list': (key, jti, jwk) => prove(key, [jti] as never, { jwk }),
  'whose header is a list': async (key, jti) => {
    const text = `${encodePart([])}.${encodePart({ jti })}`
    return `${text}.${await key.sign(text)}`
  },
  'that is not JSON': () => '!!.!!.!!',
  'of 100,000 characters': async (key, jti, jwk) =>
    prove(key, jti, { jwk, padding: 'x'.repeat(100_000) }),
  'that is empty': () => '',
}

const keys: Record<string, (key: DeviceKey) => object | undefined> = {
  'no key': () => undefined,
  'a key of another curve': ({ jwk }) => ({ ...jwk, crv: 'P-384' }),
  'a key of another kind': ({ jwk }) => ({ ...jwk, kty: 'OKP' }),
  'half a key': ({ jwk: { y: _, ...jwk } }) => jwk,
  'a key in another spelling': ({ jwk }) => ({ ...jwk, x: `${jwk.x}=` }),
  'a point off the curve': ({ jwk }) => ({ ...jwk, y: jwk.x }),
  'a list': ({ jwk }) => [jwk],
}

describe.each([
  ['the cookie', () => ({})],
  ['a store', () => ({ store: memoryStore() })],
] satisfies [string, () => Partial<SessionOptions>][])('a session in %s', (_, makeOptions) => {
  let site: Bank
  beforeEach(() => {
    site = bank(makeOptions())
  })

  /** A visitor who has logged in, and whose browser has not registered yet. */
  async function invited() {
    const visitor = deviceBrowser(site.app, { isManual: true })
    const login = await visitor.post('/login')
    const attempt = (proof: string) =>
      visitor.send('/.session/register', {
        method: 'POST',
        headers: { 'Secure-Session-Response': proof },
      })
    return { visitor, login, challenge: challengeIn(login), attempt }
  }

  /** A visitor whose session is bound, and a way to answer a challenge of a refresh. */
  async function bound() {
    const owner = await boundBrowser(site)
    const [bond] = owner.bonds.values()
    const { session_identifier: id } = bond?.instructions ?? {}
    const post = (headers: Record<string, string>) =>
      owner.send('/.session/refresh', { method: 'POST', headers })
    const ask = async () => challengeIn(await post({ 'Sec-Secure-Session-Id': id ?? '' }))
    const answer = (proof: string) =>
      post({ 'Sec-Secure-Session-Id': id ?? '', 'Secure-Session-Response': proof })
    return { owner, id: id ?? '', key: bond?.key as DeviceKey, post, ask, answer }
  }

  describe('is not bound', () => {
    async function expectRefusal(response: Response): Promise<void> {
      expect(response.status).toBe(400)
      expect(response.headers.getSetCookie()).toEqual([])
      expect(response.headers.get('Cache-Control')).toBe('no-store')
    }

    it.each(Object.keys(forgeries))('by a proof %s', async (name) => {
      const { visitor, challenge, attempt } = await invited()
      const key = await makeKey()
      await expectRefusal(await attempt(String(await forgeries[name]?.(key, challenge, key.jwk))))
      expect(await accountOf(visitor)).toEqual({ ...mary, device: 'unbound' })
      const honest = await attempt(await prove(key, challenge, { jwk: key.jwk }))
      expect(honest.status).toBe(200)
    })

    it.each(Object.keys(keys))('to %s', async (name) => {
      const { challenge, attempt } = await invited()
      const key = await makeKey()
      await expectRefusal(await attempt(await prove(key, challenge, { jwk: keys[name]?.(key) })))
    })

    it('to a key that did not sign the proof', async () => {
      const { challenge, attempt } = await invited()
      const { jwk } = await makeKey()
      await expectRefusal(await attempt(await prove(await makeKey(), challenge, { jwk })))
    })

    it("by the challenge of another's session", async () => {
      const [one, other] = [await invited(), await invited()]
      const key = await makeKey()
      await expectRefusal(await one.attempt(await prove(key, other.challenge, { jwk: key.jwk })))
    })

    it('by the challenge of its own before regenerate()', async () => {
      const { visitor, challenge, attempt } = await invited()
      await visitor.post('/login')
      const key = await makeKey()
      await expectRefusal(await attempt(await prove(key, challenge, { jwk: key.jwk })))
    })

    it('after five minutes', async () => {
      const { challenge, attempt } = await invited()
      const key = await makeKey()
      pass(301)
      await expectRefusal(await attempt(await prove(key, challenge, { jwk: key.jwk })))
    })

    it('without the session', async () => {
      const { challenge } = await invited()
      const key = await makeKey()
      const stranger = deviceBrowser(site.app)
      const headers = { 'Secure-Session-Response': await prove(key, challenge, { jwk: key.jwk }) }
      await expectRefusal(await stranger.send('/.session/register', { method: 'POST', headers }))
    })

    it('to a second key', async () => {
      const { visitor, login, attempt } = await invited()
      await visitor.register(login)
      const key = await makeKey()
      await expectRefusal(await attempt(await prove(key, challengeIn(login), { jwk: key.jwk })))
      expect(await accountOf(visitor)).toEqual(mary)
    })
  })

  it('is bound once, if the browser repeats its registration', async () => {
    const { visitor, login } = await invited()
    const key = await makeKey()
    const first = await visitor.register(login, key)
    const second = await visitor.register(login, key)
    expect(second.status).toBe(200)
    expect(await second.json()).toEqual(await first.json())
  })

  describe('is not renewed', () => {
    async function expectChallenge(response: Response): Promise<void> {
      expect(response.status).toBe(403)
      expect(challengeIn(response)).not.toBe('')
      expect(response.headers.getSetCookie()).toEqual([])
      expect(response.headers.get('Cache-Control')).toBe('no-store')
    }

    it.each(Object.keys(forgeries))('by a proof %s', async (name) => {
      const { key, ask, answer } = await bound()
      await expectChallenge(await answer(String(await forgeries[name]?.(key, await ask()))))
      expect((await answer(await prove(key, await ask()))).status).toBe(200)
    })

    it.each([true, false])('by the key of a thief (in the proof: %s)', async (isShown) => {
      const { ask, answer } = await bound()
      const key = await makeKey()
      const header = isShown ? { jwk: key.jwk } : {}
      await expectChallenge(await answer(await prove(key, await ask(), header)))
    })

    it("by the challenge of another's session", async () => {
      const [one, other] = [await bound(), await bound()]
      await expectChallenge(await one.answer(await prove(one.key, await other.ask())))
    })

    it('by a challenge that is five minutes old', async () => {
      const { key, ask, answer } = await bound()
      const proof = await prove(key, await ask())
      pass(301)
      await expectChallenge(await answer(proof))
    })

    it('by the proof of its registration', async () => {
      const { visitor, challenge, attempt } = await invited()
      const key = await makeKey()
      const proof = await prove(key, challenge, { jwk: key.jwk })
      const { session_identifier: id } = (await (await attempt(proof)).json()) as Instructions
      const headers = { 'Sec-Secure-Session-Id': id, 'Secure-Session-Response': proof }
      await expectChallenge(await visitor.send('/.session/refresh', { method: 'POST', headers }))
    })

    it.each([
      ['none', async () => ''],
      ['the bound cookie', async (owner) => owner.cookies.get(boundName) ?? ''],
      ['the session cookie', async (owner) => owner.cookies.get(cookieName) ?? ''],
      ['what nobody signed', async () => '"><script>.e30'],
    ] satisfies [string, (owner: Awaited<ReturnType<typeof boundBrowser>>) => Promise<string>][])(
      'by an identifier that is %s',
      async (_name, identifier) => {
        const { owner, post, key, ask } = await bound()
        const id = await identifier(owner)
        const proof = await prove(key, await ask())
        const response = await post({
          'Sec-Secure-Session-Id': id,
          'Secure-Session-Response': proof,
        })
        expect(response.status).toBe(200)
        expect(await response.json()).toEqual({ session_identifier: id, continue: false })
        expect(response.headers.getSetCookie()).toEqual([])
      },
    )
  })

  describe('is not shown', () => {
    async function jars() {
      const [owner, thief] = [await boundBrowser(site), await boundBrowser(site)]
      await Promise.all([accountOf(owner), accountOf(thief)])
      pass(16)
      const stolen: [string, string] = [cookieName, owner.cookies.get(cookieName) ?? '']
      return { owner, thief, stolen }
    }

    it("beside the bound cookie of the thief's own session", async () => {
      const { owner, thief, stolen } = await jars()
      const own: [string, string] = [boundName, thief.cookies.get(boundName) ?? '']
      expect(await shownTo(site, [stolen, own])).toEqual(nobody)
      expect(await accountOf(owner)).toEqual(mary)
    })

    it('beside two bound cookies', async () => {
      const { owner, thief } = await jars()
      const own: [string, string] = [boundName, thief.cookies.get(boundName) ?? '']
      expect(await shownTo(site, [...owner.cookies, own])).toEqual(nobody)
    })

    it('beside its identifier or a challenge in place of the bound cookie', async () => {
      const { id, owner, ask } = await bound()
      pass(16)
      const stolen: [string, string] = [cookieName, owner.cookies.get(cookieName) ?? '']
      for (const token of [id, await ask(), '-', '']) {
        expect(await shownTo(site, [stolen, [boundName, token]])).toEqual(nobody)
      }
    })

    it('to a request that claims to have been skipped', async () => {
      const { stolen } = await jars()
      const claim = { 'Secure-Session-Skipped': 'unreachable' }
      expect(await shownTo(site, [stolen], claim)).toEqual(nobody)
    })

    it('to a copy that renewed itself once, when that is over', async () => {
      const { owner } = await jars()
      const copy = new Map(owner.cookies)
      pass(300)
      expect(await shownTo(site, copy)).toEqual(mary)
      pass(300)
      expect(await shownTo(site, copy)).toEqual(nobody)
    })
  })

  it('that is refused has its bound cookie removed, so that the browser renews it', async () => {
    const owner = await boundBrowser(site)
    const other = await boundBrowser(site)
    pass(16)
    owner.cookies.set(boundName, other.cookies.get(boundName) ?? '')
    expect(await accountOf(owner)).toEqual(nobody)
    expect(owner.cookies.has(boundName)).toBe(false)
    expect(await accountOf(owner)).toEqual(mary)
  })

  it('that is refused lets its visitor log out, and no more', async () => {
    const owner = await boundBrowser(site)
    const thief = deviceBrowser(site.app)
    thief.cookies.set(cookieName, owner.cookies.get(cookieName) ?? '')
    pass(16)
    await thief.post('/logout')
    expect(thief.cookies.has(cookieName)).toBe(false)
    expect(await accountOf(owner)).toEqual(mary)
  })

  it('that is refused drops what its handler wrote, and says so', async () => {
    const owner = await boundBrowser(site)
    pass(16)
    const Cookie = headerOf([[cookieName, owner.cookies.get(cookieName) ?? '']])
    const response = await site.app.request('/write/n', { method: 'POST', headers: { Cookie } })
    expect([response.status, await response.text()]).toEqual([200, 'new'])
    expect(response.headers.getSetCookie()).toEqual([])
    expect(site.events.at(-1)).toEqual({ type: 'dropped', why: 'elsewhere' })
  })
})
