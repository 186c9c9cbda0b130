import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { deviceBinding } from '../../src/session/device.ts'
import { csrf, csrfToken, session } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { boundBrowser, pass } from '../contracts/device.ts'
import { accountOf, bank, mary, nobody, shownTo } from '../kit/bank.ts'
import { deviceBrowser } from '../kit/device/device.ts'
import { cookieName, otherSecret, secret } from '../kit/tokens.ts'

const boundName = `${cookieName}-device`

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('a bound session', () => {
  it('survives the rotation of a secret, and ends without the old one', async () => {
    const store = memoryStore()
    const owner = await boundBrowser(bank({ store, secret: otherSecret }))
    const jar = new Map(owner.cookies)
    const [bond] = owner.bonds.values()
    const rotated = bank({ store, secret: [secret, otherSecret] })
    pass(16)
    expect(await shownTo(rotated, jar)).toEqual(mary)
    const visitor = deviceBrowser(rotated.app)
    for (const [name, value] of jar) visitor.cookies.set(name, value)
    expect((await visitor.refresh(bond as never)).status).toBe(200)
    expect(await accountOf(visitor)).toEqual(mary)
    const after = deviceBrowser(bank({ store }).app)
    expect(await (await after.refresh(bond as never)).json()).toMatchObject({ continue: false })
  })

  it('is renewed as long as a remembered session lives', async () => {
    const day = 86_400
    const limits = { remember: { timeout: 30 * day, lifetime: 90 * day } }
    const owner = await boundBrowser(bank(limits))
    await owner.post('/login?remember=1')
    for (let days = 0; days < 80; days += 20) {
      pass(20 * day)
      expect(await accountOf(owner)).toEqual(mary)
    }
    pass(20 * day)
    expect(await accountOf(owner)).toEqual(nobody)
    expect(owner.bonds.size).toBe(0)
  })

  it('lets the visitor log in again, through csrf(), if the browser has lost its key', async () => {
    const app = new Hono()
      .use(session({ secret, store: memoryStore(), device: deviceBinding() }))
      .use(csrf({ onRefuse: () => undefined }))
      .get('/', async (c) => c.text((await c.var.session()).get('user') ? 'in' : 'out'))
      .get('/form', async (c) => c.text(csrfToken(await c.var.session())))
      .post('/login', async (c) => {
        const session = await c.var.session()
        session.regenerate()
        session.set('user', 'mary')
        return c.text('welcome')
      })
    const visitor = deviceBrowser(app)
    const login = async () => {
      const headers = {
        'Sec-Fetch-Site': 'same-origin',
        'X-CSRF-Token': await (await visitor.get('/form')).text(),
      }
      return (await visitor.post('/login', {}, { headers })).status
    }
    expect(await login()).toBe(200)
    visitor.bonds.clear()
    pass(616)
    expect(await (await visitor.get('/')).text()).toBe('out')
    expect(await login()).toBe(200)
    expect(await (await visitor.get('/')).text()).toBe('in')
    expect(visitor.bonds.size).toBe(1)
  })

  it('recovers if a late response has overwritten the key in its cookie', async () => {
    const site = bank()
    const owner = deviceBrowser(site.app, { isManual: true })
    const login = await owner.post('/login')
    const unbound = owner.cookies.get(cookieName) ?? ''
    await owner.register(login)
    owner.cookies.set(cookieName, unbound)
    expect(await accountOf(owner)).toEqual(mary)
    expect(owner.cookies.get(cookieName)).not.toBe(unbound)
    pass(16)
    const stolen: [string, string] = [cookieName, owner.cookies.get(cookieName) ?? '']
    expect(await shownTo(site, [stolen])).toEqual(nobody)
    expect(await accountOf(owner)).toEqual(mary)
  })

  it('recovers by a refresh as well', async () => {
    const site = bank()
    const owner = deviceBrowser(site.app, { isManual: true })
    const login = await owner.post('/login')
    const unbound = owner.cookies.get(cookieName) ?? ''
    await owner.register(login)
    const [bond] = owner.bonds.values()
    pass(601)
    owner.cookies.set(cookieName, unbound)
    expect((await owner.refresh(bond as never)).status).toBe(200)
    expect(owner.cookies.get(cookieName)).not.toBe(unbound)
    expect(await accountOf(owner)).toEqual(mary)
  })

  it('may come without the bound cookie for 15 seconds after it was bound', async () => {
    const site = bank()
    const owner = await boundBrowser(site)
    const early: [string, string] = [cookieName, owner.cookies.get(cookieName) ?? '']
    pass(14)
    expect(await shownTo(site, [early])).toEqual(mary)
    pass(2)
    expect(await shownTo(site, [early])).toEqual(nobody)
  })

  it('works like any other session if the option is removed', async () => {
    const store = memoryStore()
    const owner = await boundBrowser(bank({ store }))
    pass(616)
    const { app } = bank({ store, device: undefined } as object)
    const session: [string, string] = [cookieName, owner.cookies.get(cookieName) ?? '']
    expect(await shownTo({ app }, [session])).toEqual({ ...mary, device: null })
  })

  it('sends no bound cookie beside a page', async () => {
    const owner = await boundBrowser(bank())
    const page = await owner.get('/')
    expect(page.headers.getSetCookie().filter((line) => line.startsWith(boundName))).toEqual([])
  })
})
