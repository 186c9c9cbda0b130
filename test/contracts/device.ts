import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { SessionOptions, Store } from '../../src/session/index.ts'
import { accountOf, type Bank, bank, mary, nobody, shownTo } from '../kit/bank.ts'
import { type DeviceBrowser, deviceBrowser } from '../kit/device/device.ts'
import { cookieName } from '../kit/tokens.ts'

const boundName = `${cookieName}-device`

/** Lets seconds pass. */
export function pass(seconds: number): void {
  vi.setSystemTime(Date.now() + seconds * 1000)
}

/** A browser whose owner has logged in, and bound the session. */
export async function boundBrowser({ app }: Pick<Bank, 'app'>) {
  const owner = deviceBrowser(app)
  await owner.post('/login')
  return owner
}

/**
 * Tests sessions that are bound to a device, wherever they live.
 *
 * @param makeStore - Without it, the session is the cookie.
 */
export function deviceContract(title: string, makeStore?: () => Store | Promise<Store>): void {
  describe(`deviceBinding() with sessions in ${title}`, () => {
    let options: Partial<SessionOptions>
    beforeEach(async () => {
      options = makeStore ? { store: await makeStore() } : {}
      vi.useFakeTimers({ toFake: ['Date'] })
    })
    afterEach(() => {
      vi.useRealTimers()
    })

    it('binds a login, and renews the bound cookie when it is over', async () => {
      const owner = await boundBrowser(bank(options))
      expect(owner.answers).toEqual(['register 200'])
      expect(await accountOf(owner)).toEqual(mary)
      pass(601)
      expect(await accountOf(owner)).toEqual(mary)
      expect(owner.answers.slice(1)).toEqual(['refresh 403', 'refresh 200'])
    })

    it('a copied cookie jar stops working after the ttl, and the owner continues', async () => {
      const site = bank(options)
      const owner = await boundBrowser(site)
      await accountOf(owner)
      const copy = new Map(owner.cookies)
      expect(await shownTo(site, copy)).toEqual(mary)
      pass(616)
      expect(await accountOf(owner)).toEqual(mary)
      expect(await shownTo(site, copy)).toEqual(nobody)
      expect(site.reasons).toEqual(['elsewhere'])
      expect(await accountOf(owner)).toEqual(mary)
    })

    it('a copied session cookie is worthless without the bound cookie', async () => {
      const site = bank(options)
      const owner = await boundBrowser(site)
      await accountOf(owner)
      pass(16)
      const stolen = [...owner.cookies].filter(([name]) => name !== boundName)
      expect(await shownTo(site, stolen)).toEqual(nobody)
      expect(await accountOf(owner)).toEqual(mary)
    })

    it.each(['/write/n', '/logout', '/login'])(
      'a thief who posts to %s leaves the session of its owner as it was',
      async (path) => {
        const site = bank(options)
        const owner = await boundBrowser(site)
        await accountOf(owner)
        pass(16)
        const Cookie = `${cookieName}=${owner.cookies.get(cookieName)}`
        const response = await site.app.request(path, { method: 'POST', headers: { Cookie } })
        const lines = response.headers.getSetCookie()
        const kept = lines.filter((line) => !line.includes('Max-Age=0'))
        expect(kept).toHaveLength(path === '/login' ? 1 : 0) // a login replaces the session
        expect(await accountOf(owner)).toEqual(mary)
      },
    )

    it('six writes under way while the session is being bound are all honored', async () => {
      const site = bank(options)
      const release = Promise.withResolvers<void>()
      const slow = {
        // A write has left the browser, with its cookies, before it arrives.
        async request(path: string, init?: RequestInit) {
          if (path.startsWith('/write')) await release.promise
          return site.app.request(path, init)
        },
      }
      const owner = deviceBrowser(slow, { isManual: true })
      const login = await owner.post('/login')
      const keys = Array.from({ length: 6 }, (_, i) => `key${i}`)
      const writes = keys.map((key) => owner.post(`/write/${key}`))
      expect((await owner.register(login)).status).toBe(200)
      release.resolve()
      const answers = await Promise.all(writes.map(async (each) => (await each).text()))
      expect(answers).toEqual(keys.map(() => 'old'))
      expect(site.reasons).toEqual([])
      const account = await accountOf(owner)
      // In a cookie, and in KV, the last write wins, as without a binding.
      const isExact = options.store !== undefined && !options.store.isEventual
      expect(account).toEqual({ ...mary, keys: isExact ? keys : expect.any(Array) })
      pass(16)
      expect(await accountOf(owner)).toEqual(account)
      const stolen = [...owner.cookies].filter(([name]) => name !== boundName)
      expect(await shownTo(site, stolen)).toEqual(nobody)
    })

    it('regenerate() invites again, and ends the old binding', async () => {
      const site = bank(options)
      const owner = await boundBrowser(site)
      const [old] = owner.bonds.values()
      await owner.post('/login')
      expect(owner.answers).toEqual(['register 200', 'register 200'])
      expect(await accountOf(owner)).toEqual(mary)
      pass(601)
      expect(await accountOf(owner)).toEqual(mary)
      expect(owner.bonds.size).toBe(1)
      expect([...owner.bonds.values()]).not.toContain(old)
    })

    it('invalidate() ends the binding', async () => {
      const owner = await boundBrowser(bank(options))
      const [bond] = owner.bonds.values()
      await owner.post('/logout')
      expect(await accountOf(owner)).toEqual(nobody)
      expect(owner.answers).toEqual(['register 200'])
      expect(await ended(owner, bond)).toBe(true)
      await owner.post('/login')
      expect(await accountOf(owner)).toEqual(mary)
    })

    it('a session whose time is up ends the binding', async () => {
      const owner = await boundBrowser(bank(options))
      pass(1201)
      expect(await accountOf(owner)).toEqual(nobody)
      expect(owner.bonds.size).toBe(0)
    })

    it('a refresh needs no cookie, as after a link from another site', async () => {
      const site = bank(options)
      const owner = await boundBrowser(site)
      const [bond] = owner.bonds.values()
      pass(601)
      const elsewhere = deviceBrowser(site.app)
      expect((await elsewhere.refresh(bond as never)).status).toBe(200)
      const bound = elsewhere.cookies.get(boundName) ?? ''
      const arriving = new Map([...owner.cookies, [boundName, bound]])
      expect(await shownTo(site, arriving)).toEqual(mary)
    })
  })
}

type Bond = Parameters<DeviceBrowser['refresh']>[0]

/** Whether the server ends a binding when the browser renews it. */
async function ended(owner: DeviceBrowser, bond: Bond | undefined): Promise<boolean> {
  const response = await owner.refresh(bond as Bond)
  const { continue: goesOn } = (await response.json()) as { continue?: boolean }
  return response.status === 200 && goesOn === false
}
