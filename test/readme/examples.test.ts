import { afterEach, expect, it, vi } from 'vitest'
import { browser } from '../../src/session/testing.ts'
import firstPage from './first-page.tsx'
import options from './options.ts'
import tour from './session.ts'

const SESSION_SECRET = 'a-secret-that-only-the-examples-use'

afterEach(() => {
  vi.restoreAllMocks()
})

it('the first page counts visits and says hello once', async () => {
  const { get, post } = browser(firstPage, { SESSION_SECRET })
  const page = await (await get('/')).text()
  expect(page).toContain('Visit 1')
  const [, csrf_token = ''] = /value="([^"]+)"/.exec(page) ?? []
  expect((await post('/hello', { csrf_token })).headers.get('Location')).toBe('/')
  expect(await (await get('/')).text()).toContain('<p role="status">Hello!</p><p>Visit 2</p>')
  expect(await (await get('/')).text()).toContain('<main><p>Visit 3</p>')
})

it('the tour of the session runs to its end', async () => {
  const { get, cookies } = browser(tour, { SESSION_SECRET })
  expect((await get('/tour')).status).toBe(303)
  expect(cookies.size).toBe(0)
})

it('the options rotate secrets, rename the cookie and report a bad one', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const OLD_SESSION_SECRET = 'the-secret-that-the-examples-used-before'
  options.get('/', async (c) => {
    const session = await c.var.session()
    return c.json(session.update('n', (n) => Number(n ?? 0) + 1))
  })
  const before = browser(options, { SESSION_SECRET: OLD_SESSION_SECRET, OLD_SESSION_SECRET })
  await before.get('/')
  const after = browser(options, { SESSION_SECRET, OLD_SESSION_SECRET })
  after.cookies.set('__Host-account', before.cookies.get('__Host-account') ?? '')
  expect(await (await after.get('/')).json()).toBe(2)
  expect(warn).not.toHaveBeenCalled()
  after.cookies.set('__Host-account', 'nonsense')
  await after.get('/')
  expect(warn).toHaveBeenCalledWith('A session cookie was forged')
})
