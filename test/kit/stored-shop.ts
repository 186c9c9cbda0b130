import { Hono } from 'hono'
import { csrfToken, session } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { browser } from '../../src/session/testing.ts'
import { watched } from './stores.ts'
import { cookieName, secret } from './tokens.ts'

interface Data {
  user: string
  n: number
}

/** An app whose sessions are in a store that records its calls. */
export function storedShop() {
  const store = watched(memoryStore())
  const app = new Hono()
    .use(session<Data>({ secret, store }))
    .get('/login', async (c) => {
      const session = await c.var.session()
      session.set('user', 'mary')
      session.flash('Welcome.')
      return c.text(session.id ?? '')
    })
    .get('/', async (c) => {
      const session = await c.var.session()
      return c.json([session.get('user') ?? null, session.popFlash()])
    })
    .get('/cached', async (c) => {
      const session = await c.var.session()
      session.update('n', (n = 0) => n + 1)
      return c.text(`of ${session.get('user')}`, 200, { 'Cache-Control': 'public, max-age=60' })
    })
    .get('/form', async (c) => c.text(csrfToken(await c.var.session())))
    .get('/free', (c) => c.text('free', 200, { 'Cache-Control': 'public, max-age=60' }))
    .post('/post', async (c) => c.text(String((await c.var.session()).get('user'))))
  /** A visitor who is logged in, and the store's calls from then on. */
  async function known() {
    const visitor = browser(app)
    const id = await (await visitor.get('/login')).text()
    const cookie = visitor.cookies.get(cookieName) ?? ''
    store.calls.length = 0
    return { visitor, id, cookie, asked: () => store.calls.splice(0).map(([name]) => name) }
  }
  return { app, known }
}
