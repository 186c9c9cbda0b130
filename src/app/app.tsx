import { type Context, Hono } from 'hono'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { csrf, csrfToken, type Session, StoreError, storeKey } from '../session/index.ts'
import { maxItemLength, whyNot, without } from './cart.ts'
import { devicesOf, endDevice, endOthers, maxNameLength } from './devices.ts'
import { answerError, fault } from './faults.tsx'
import { securityHeaders } from './headers.ts'
import { inspect } from './inspect.ts'
import { CartPage } from './pages/cart.tsx'
import { CounterPage } from './pages/counter.tsx'
import { SessionPage } from './pages/session.tsx'
import { type SiteData, type SiteFlash, sessions } from './sessions.ts'
import { type Bindings, storeName, storeOf } from './stores.ts'
import { cleanText } from './text.ts'

/** Makes the site. */
export function createApp() {
  const app = new Hono<{ Bindings: Bindings }>()
  app.onError(answerError)
  app.notFound((c) => fault(c, 404))

  const onMethodNotAllowed = (c: Context, methods: string[]) =>
    fault(c, 405, { Allow: methods.join(', ') })
  return app
    .use(securityHeaders)
    .use(methodNotAllowed({ app, onMethodNotAllowed }))
    .use(sessions())
    .get('/', async (c) => {
      const count = visit(await c.var.session(), c.req.method)
      return c.html(<CounterPage view="Home View" count={count} path="/" />)
    })
    .get('/howdy', async (c) => {
      const count = visit(await c.var.session(), c.req.method)
      return c.html(<CounterPage view="Hello View" count={count} path="/howdy" />)
    })
    .get('/cart', async (c) => {
      const session = await c.var.session()
      return c.html(
        <CartPage
          items={session.get('cart') ?? []}
          messages={session.popFlash()}
          errors={session.popFlash('error')}
          csrfToken={csrfToken(session)}
          maxLength={maxItemLength}
        />,
      )
    })
    .post('/cart', csrf(), async (c) => {
      const session = await c.var.session()
      const item = await posted(c, 'item')
      const problem = whyNot(session.get('cart') ?? [], item)
      if (problem) {
        session.flash(problem, 'error', false)
      } else {
        session.update('cart', (cart = []) => [...cart, item])
        session.flash('Your item was added.', '', false)
      }
      return c.redirect('/cart', 303)
    })
    .post('/cart/remove', csrf(), async (c) => {
      const session = await c.var.session()
      const item = await posted(c, 'item')
      if (session.get('cart')?.includes(item)) {
        session.update('cart', (cart = []) => without(cart, item))
        session.flash('Your item was removed.', '', false)
      } else {
        session.flash('There is no such item.', 'error', false)
      }
      return c.redirect('/cart', 303)
    })
    .get('/session', async (c) => {
      const session = await c.var.session()
      const { created, renewed } = session
      const header = session.new ? undefined : c.req.header('Cookie')
      const record = await recordOf(c.env, session)
      return c.html(
        <SessionPage
          {...inspect({ store: storeName(c.env), created, renewed, record, header })}
          data={session.entries().map(([key, value]) => ({ key, value: JSON.stringify(value) }))}
          devices={await devicesOf(c.env, session)}
          messages={session.popFlash()}
          errors={session.popFlash('error')}
          csrfToken={csrfToken(session)}
        />,
      )
    })
    .post('/session/login', csrf(), async (c) => {
      const session = await c.var.session()
      const name = await posted(c, 'name')
      if (name === '' || name.length > maxNameLength) {
        session.flash(`Please give a name of at most ${maxNameLength} characters.`, 'error', false)
      } else {
        session.regenerate()
        session.bind(name)
        session.flash('You are logged in.')
      }
      return c.redirect('/session', 303)
    })
    .post('/session/end', csrf(), async (c) => {
      const session = await c.var.session()
      const isEnded = await endDevice(c.env, session, await posted(c, 'id'))
      if (isEnded) session.flash('That session has ended.', '', false)
      else session.flash('There is no such session of yours.', 'error', false)
      return c.redirect('/session', 303)
    })
    .post('/session/end-others', csrf(), async (c) => {
      const session = await c.var.session()
      await endOthers(c.env, session)
      session.flash('All your other sessions have ended.', '', false)
      return c.redirect('/session', 303)
    })
    .post('/session/reset', csrf(), async (c) => {
      const session = await c.var.session()
      session.delete('counter')
      session.flash('The counter starts again.', '', false)
      return c.redirect('/session', 303)
    })
    .post('/session/regenerate', csrf(), async (c) => {
      const session = await c.var.session()
      session.regenerate()
      session.flash('Your session has a new identity.', '', false)
      return c.redirect('/session', 303)
    })
    .post('/session/invalidate', csrf(), async (c) => {
      const session = await c.var.session()
      session.invalidate()
      session.flash('Your session was forgotten. This is a new one.')
      return c.redirect('/session', 303)
    })
}

/** Counts a visit to any page. Nobody sees the answer to `HEAD`, so it is none. */
function visit(session: Session<SiteData, SiteFlash>, method: string): number {
  if (method === 'HEAD') return session.get('counter') ?? 0
  return session.update('counter', (count = 0) => count + 1)
}

async function posted(c: Context, field: string): Promise<string> {
  const form: Record<string, unknown> = await c.req.parseBody().catch(() => ({}))
  return cleanText(form[field])
}

/**
 * Reads what the store keeps of a session, for the inspector; `null`: nothing.
 *
 * @throws {StoreError} When the store failed.
 */
async function recordOf(env: Bindings, { id }: { id: string | undefined }): Promise<string | null> {
  const store = storeOf(env)
  if (!store || !id) return null
  const key = await storeKey(id)
  try {
    return await store.get(key)
  } catch (cause) {
    throw new StoreError('The record could not be read', { cause })
  }
}
