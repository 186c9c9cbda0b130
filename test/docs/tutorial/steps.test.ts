import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { browser } from '../../../src/session/testing.ts'
import count from './count.ts'
import flash from './flash.ts'
import pages from './pages.ts'
import store from './store.ts'

const SESSION_SECRET = 'a-secret-that-only-the-tutorial-uses'

it('step 1 shows two pages', async () => {
  expect(await (await pages.request('/')).text()).toContain('<h1>Hi Home View</h1>')
  expect(await (await pages.request('/howdy')).text()).toContain('<h1>Hi Hello View</h1>')
})

it('step 2 counts the visits of each browser by itself', async () => {
  const visitor = browser(count, { SESSION_SECRET })
  expect(await (await visitor.get('/')).text()).toContain('<p>Count: 1</p>')
  expect(await (await visitor.get('/howdy')).text()).toContain('<p>Count: 2</p>')
  const other = browser(count, { SESSION_SECRET })
  expect(await (await other.get('/')).text()).toContain('<p>Count: 1</p>')
})

it('step 3 refuses a form without its token', async () => {
  const { get, post } = browser(flash, { SESSION_SECRET })
  await get('/')
  expect((await post('/reset')).status).toBe(403)
  expect(await (await get('/')).text()).toContain('<p>Count: 2</p>')
})

it('step 5 counts every one of several requests at once', async () => {
  const { get } = browser(store, { SESSION_SECRET, SESSIONS: env.SESSIONS })
  expect(await (await get('/')).text()).toContain('<p>Count: 1</p>')
  await Promise.all(Array.from({ length: 9 }, () => get('/')))
  expect(await (await get('/')).text()).toContain('<p>Count: 11</p>')
})
