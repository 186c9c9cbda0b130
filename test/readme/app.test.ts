import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { session } from '../../src/session/index.ts'
import { readSession, sealSession } from '../../src/session/testing.ts'

const options = { secret: crypto.randomUUID() }

const app = new Hono().use(session(options)).post('/join', async (c) => {
  const session = await c.var.session()
  session.regenerate()
  session.set('member', true)
  session.flash('Welcome!')
  return c.redirect('/', 303)
})

it('welcomes a new member', async () => {
  const Cookie = await sealSession({ counter: 41 }, options)
  const response = await app.request('/join', { method: 'POST', headers: { Cookie } })
  expect(await readSession(response, options)).toMatchObject({
    data: { counter: 41, member: true },
    flash: { '': ['Welcome!'] },
  })
})
