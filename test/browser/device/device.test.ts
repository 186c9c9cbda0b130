import { describe, expect, it } from 'vitest'
import { startSite } from '../../kit/node/browser.ts'

// This Chromium has no device-bound sessions: it stands for Firefox, Safari and all the others.
const vars = { KIND: 'store', TTL: '1' }
const { browser, url } = await startSite(vars, 'test/browser/device/wrangler.toml')

describe('a browser without device-bound sessions', () => {
  it('ignores the invitation, and stays logged in as before', async () => {
    const context = await browser.newContext({ baseURL: url })
    const page = await context.newPage()
    const requests: string[] = []
    const invitations: string[] = []
    page.on('request', (request) => requests.push(new URL(request.url()).pathname))
    page.on('response', async (response) => {
      const invitation = await response.headerValue('Secure-Session-Registration')
      if (invitation !== null) invitations.push(invitation)
    })
    const account = async () => JSON.parse((await page.textContent('pre')) ?? '')

    await page.goto('/form')
    await page.click('button')
    const mary = { user: 'mary', device: 'unbound', rejected: null, writes: 0 }
    expect(await account()).toEqual(mary)
    await page.reload()
    expect(await account()).toEqual(mary)
    expect(invitations).toEqual([expect.stringContaining('(ES256);path="/.session/register"')])
    expect((await context.cookies()).map(({ name }) => name)).toEqual(['__Host-session'])
    await page.click('button')
    expect(await account()).toMatchObject({ user: 'nobody' })
    expect(await context.cookies()).toEqual([])
    expect(requests).toEqual(['/form', '/login', '/', '/', '/logout', '/'])
    await context.close()
  })
})
