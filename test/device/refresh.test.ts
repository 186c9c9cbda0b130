import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type boundBrowser, pass } from '../contracts/device.ts'
import { accountOf, type Bank, bank, mary } from '../kit/bank.ts'
import { bound, invited, places } from '../kit/device/bound-visitors.ts'
import {
  challengeIn,
  deviceBrowser,
  type Instructions,
  makeKey,
  prove,
} from '../kit/device/device.ts'
import { forgeries } from '../kit/device/forgeries.ts'
import { cookieName } from '../kit/tokens.ts'

const boundName = `${cookieName}-device`

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

  describe('is not renewed', () => {
    async function expectChallenge(response: Response): Promise<void> {
      expect(response.status).toBe(403)
      expect(challengeIn(response)).not.toBe('')
      expect(response.headers.getSetCookie()).toEqual([])
      expect(response.headers.get('Cache-Control')).toBe('no-store')
    }

    it.each(Object.keys(forgeries))('by a proof %s', async (name) => {
      const { key, ask, answer } = await bound(site)
      await expectChallenge(await answer(String(await forgeries[name]?.(key, await ask()))))
      expect((await answer(await prove(key, await ask()))).status).toBe(200)
    })

    it.each([true, false])('by the key of a thief (in the proof: %s)', async (isShown) => {
      const { ask, answer } = await bound(site)
      const key = await makeKey()
      const header = isShown ? { jwk: key.jwk } : {}
      await expectChallenge(await answer(await prove(key, await ask(), header)))
    })

    it("by the challenge of another's session", async () => {
      const [one, other] = [await bound(site), await bound(site)]
      await expectChallenge(await one.answer(await prove(one.key, await other.ask())))
    })

    it('by a challenge that is five minutes old', async () => {
      const { key, ask, answer } = await bound(site)
      const proof = await prove(key, await ask())
      pass(301)
      await expectChallenge(await answer(proof))
    })

    it('by the proof of its registration', async () => {
      const { visitor, challenge, attempt } = await invited(site)
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
        const { owner, post, key, ask } = await bound(site)
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

  it('that was regenerated is not bound to its old identity by a refresh', async () => {
    const owner = deviceBrowser(site.app, { isManual: true })
    await owner.register(await owner.post('/login'))
    const [bond] = owner.bonds.values()
    await owner.post('/login')
    const response = await owner.refresh(bond as never)
    expect(await response.json()).toMatchObject({ continue: false })
    expect(await accountOf(owner)).toEqual({ ...mary, device: 'unbound' })
  })
})

it('of two keys that were registered at once, the one that the session does not know ends', async () => {
  const owner = deviceBrowser(bank().app, { isManual: true })
  const login = await owner.post('/login')
  const unbound = owner.cookies.get(cookieName) ?? ''
  await owner.register(login)
  owner.cookies.set(cookieName, unbound)
  await owner.register(login)
  const [lost, kept] = owner.bonds.values()
  expect(await (await owner.refresh(lost as never)).json()).toMatchObject({ continue: false })
  expect(await (await owner.refresh(kept as never)).json()).not.toHaveProperty('continue')
})
