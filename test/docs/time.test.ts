import { Hono } from 'hono'
import { afterEach, expect, it, vi } from 'vitest'
import { session } from '../../src/session/index.ts'
import { browser } from '../../src/session/testing.ts'

const app = new Hono()
  .use(session<{ visits: number }>({ secret: crypto.randomUUID() }))
  .get('/', async (c) => {
    const session = await c.var.session()
    return c.text(`Visit ${session.update('visits', (n = 0) => n + 1)}`)
  })

afterEach(() => vi.useRealTimers())

// #region time
it('forgets a visitor after 20 idle minutes', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const { get } = browser(app)
  await get('/')
  vi.setSystemTime(Date.now() + 21 * 60 * 1000)
  expect(await (await get('/')).text()).toBe('Visit 1')
})
// #endregion
