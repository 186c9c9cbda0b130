import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { pass } from '../contracts/device.ts'
import { accountOf, type Bank, bank, mary } from '../kit/bank.ts'
import { invited, places } from '../kit/device/bound-visitors.ts'
import { challengeIn, deviceBrowser, encodePart, makeKey, prove } from '../kit/device/device.ts'
import { forgeries, wrongKeys } from '../kit/device/forgeries.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe.each(places)('a session in %s', (_, makeOptions) => {
  let site: Bank
  beforeEach(() => {
    site = bank(makeOptions())
  })

  describe('is not bound', () => {
    async function expectRefusal(response: Response): Promise<void> {
      expect(response.status).toBe(400)
      expect(response.headers.getSetCookie()).toEqual([])
      expect(response.headers.get('Cache-Control')).toBe('no-store')
    }

    it.each(Object.keys(forgeries))('by a proof %s', async (name) => {
      const { visitor, challenge, attempt } = await invited(site)
      const key = await makeKey()
      await expectRefusal(await attempt(String(await forgeries[name]?.(key, challenge, key.jwk))))
      expect(await accountOf(visitor)).toEqual({ ...mary, device: 'unbound' })
      const honest = await attempt(await prove(key, challenge, { jwk: key.jwk }))
      expect(honest.status).toBe(200)
    })

    it.each(Object.keys(wrongKeys))('to %s', async (name) => {
      const { challenge, attempt } = await invited(site)
      const key = await makeKey()
      await expectRefusal(
        await attempt(await prove(key, challenge, { jwk: wrongKeys[name]?.(key) })),
      )
    })

    it('to a key that did not sign the proof', async () => {
      const { challenge, attempt } = await invited(site)
      const { jwk } = await makeKey()
      await expectRefusal(await attempt(await prove(await makeKey(), challenge, { jwk })))
    })

    it("by the challenge of another's session", async () => {
      const [one, other] = [await invited(site), await invited(site)]
      const key = await makeKey()
      await expectRefusal(await one.attempt(await prove(key, other.challenge, { jwk: key.jwk })))
    })

    it('by the challenge of its own before regenerate()', async () => {
      const { visitor, challenge, attempt } = await invited(site)
      await visitor.post('/login')
      const key = await makeKey()
      await expectRefusal(await attempt(await prove(key, challenge, { jwk: key.jwk })))
    })

    it('after five minutes', async () => {
      const { challenge, attempt } = await invited(site)
      const key = await makeKey()
      pass(301)
      await expectRefusal(await attempt(await prove(key, challenge, { jwk: key.jwk })))
    })

    it('without the session', async () => {
      const { challenge } = await invited(site)
      const key = await makeKey()
      const stranger = deviceBrowser(site.app)
      const headers = { 'Secure-Session-Response': await prove(key, challenge, { jwk: key.jwk }) }
      await expectRefusal(await stranger.send('/.session/register', { method: 'POST', headers }))
    })

    it('to a second key', async () => {
      const { visitor, login, attempt } = await invited(site)
      await visitor.register(login)
      const key = await makeKey()
      await expectRefusal(await attempt(await prove(key, challengeIn(login), { jwk: key.jwk })))
      expect(await accountOf(visitor)).toEqual(mary)
    })
  })

  it('is bound once, if the browser repeats its registration', async () => {
    const { visitor, login } = await invited(site)
    const key = await makeKey()
    const first = await visitor.register(login, key)
    const second = await visitor.register(login, key)
    expect(second.status).toBe(200)
    expect(await second.json()).toEqual(await first.json())
  })

  it('is bound by a proof that says more than is asked', async () => {
    const { challenge, attempt } = await invited(site)
    const key = await makeKey()
    const head = encodePart({ alg: 'ES256', typ: 'dbsc+jwt', jwk: { ...key.jwk, use: 'sig' } })
    const text = `${head}.${encodePart({ jti: challenge, aud: 'https://shop.example', iat: 1 })}`
    expect((await attempt(`${text}.${await key.sign(text)}`)).status).toBe(200)
  })
})
