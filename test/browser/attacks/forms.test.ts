import type { FrameLocator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { startLab, type Who } from './lab.ts'

const { at, open } = await startLab()

const shop = 'shop.test'
const evil = 'evil.test'

/** Opens the browser of a user who is logged in, and whose CSRF token the attacker knows. */
async function victimOf(host: string) {
  const page = await open()
  await page.goto(at(host, '/login/alice'))
  await page.goto(at(host, '/token'))
  return { page, token: await page.innerText('body') }
}

function form(action: string, token: string): string {
  return `<form method=post target=_top action="${action}"><input name=csrf_token value="${token}"><button>Go</button></form>`
}

/** Sends the form of a page or frame, and returns the status and the text of the last response. */
async function send(page: Page, frame: Page | FrameLocator = page): Promise<[number, string]> {
  const answered = page.waitForResponse(
    (response) =>
      response.request().isNavigationRequest() && ![307, 308].includes(response.status()),
  )
  await frame.locator('button').click()
  const answer = await answered
  return [answer.status(), await answer.text()]
}

/** Sends the form to a page without a guard, and returns what that page saw of the request. */
async function sendUnguarded(page: Page, frame?: FrameLocator): Promise<Who> {
  const [, text] = await send(page, frame)
  return JSON.parse(text)
}

const refused = [403, 'Forbidden']

describe('a forged form that carries a token of the session', () => {
  it('is refused from another site, and comes without the session', async () => {
    const { page, token } = await victimOf(shop)
    await page.goto(at(evil, '/', { html: form(at(shop, '/who'), token) }))
    const who = await sendUnguarded(page)
    expect(who).toMatchObject({ session: null, strict: null, site: 'cross-site' })
    expect(who).toMatchObject({ open: 'alice', origin: new URL(at(evil)).origin })
    expect(who.cookie).toContain('loose=1') // sent while it is new, for it names no SameSite

    await page.goto(at(evil, '/', { html: form(at(shop, '/buy'), token) }))
    expect(await send(page)).toEqual(refused)
  })

  it.each([
    ['a subdomain', 'blog.shop.test', shop],
    ['a preview of the same account', 'abc123-app.acct.workers.dev', 'app.acct.workers.dev'],
  ])('is refused from %s, though it comes with the session', async (_, neighbor, host) => {
    const { page, token } = await victimOf(host)
    await page.goto(at(neighbor, '/', { html: form(at(host, '/who'), token) }))
    const who = await sendUnguarded(page)
    expect(who).toMatchObject({ session: 'alice', strict: 'alice', site: 'same-site' })

    await page.goto(at(neighbor, '/', { html: form(at(host, '/buy'), token) }))
    expect(await send(page)).toEqual(refused)
  })

  it.each([307, 308])(
    'is refused when another site returns it with a %i, though it comes with the session',
    async (status) => {
      const { page, token } = await victimOf(shop)
      const through = (path: string) => at(evil, '/', { to: at(shop, path), status: `${status}` })
      await page.goto(at(shop, '/page', { html: form(through('/who'), token) }))
      const who = await sendUnguarded(page)
      expect(who).toMatchObject({ session: 'alice', strict: 'alice' }) // whatever SameSite says
      expect(who).toMatchObject({ origin: 'null', site: 'cross-site' })

      await page.goto(at(shop, '/page', { html: form(through('/buy'), token) }))
      expect(await send(page)).toEqual(refused)
    },
  )

  it.each([
    ['another site', at(evil)],
    ['the shop', at(shop, '/page')],
  ])('is refused from a sandboxed frame in a page of %s', async (_, address) => {
    const { page, token } = await victimOf(shop)
    const framed = async (action: string) => {
      const srcdoc = form(at(shop, action), token).replaceAll('"', '&quot;')
      const html = `<iframe sandbox="allow-forms allow-top-navigation" srcdoc="${srcdoc}"></iframe>`
      const url = new URL(address)
      url.searchParams.set('html', html)
      await page.goto(url.href)
      return page.frameLocator('iframe')
    }
    const who = await sendUnguarded(page, await framed('/who'))
    expect(who).toMatchObject({ open: 'alice', origin: 'null', site: 'cross-site' })
    expect(await send(page, await framed('/buy'))).toEqual(refused)
  })
})

describe("the shop's own form", () => {
  it.each([
    ['strict-origin-when-cross-origin', new URL(at(shop)).origin],
    ['same-origin', new URL(at(shop)).origin],
    ['no-referrer', 'null'],
  ])('is accepted under the policy %s, with the origin %s', async (policy, origin) => {
    const { page, token } = await victimOf(shop)
    await page.goto(at(shop, '/page', { html: form(at(shop, '/who'), token), policy }))
    expect(await sendUnguarded(page)).toMatchObject({ origin, site: 'same-origin' })
    await page.goto(at(shop, '/page', { html: form(at(shop, '/buy'), token), policy }))
    expect(await send(page)).toEqual([200, 'bought'])
  })
})
