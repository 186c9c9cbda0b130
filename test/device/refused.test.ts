import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { boundBrowser, pass } from '../contracts/device.ts'
import { accountOf, type Bank, bank, headerOf, mary, nobody, shownTo } from '../kit/bank.ts'
import { bound, places } from '../kit/device/bound-visitors.ts'
import { deviceBrowser, makeKey } from '../kit/device/device.ts'
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
      const { id, owner, ask } = await bound(site)
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

    it('beside the bound cookie of its identity before regenerate(), even of the same key', async () => {
      const owner = deviceBrowser(site.app, { isManual: true })
      const key = await makeKey()
      await owner.register(await owner.post('/login'), key)
      const old: [string, string] = [boundName, owner.cookies.get(boundName) ?? '']
      await owner.register(await owner.post('/login'), key)
      pass(16)
      const session: [string, string] = [cookieName, owner.cookies.get(cookieName) ?? '']
      expect(await shownTo(site, [session, old])).toEqual(nobody)
      expect(await accountOf(owner)).toEqual(mary)
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
