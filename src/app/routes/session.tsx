import { Hono } from 'hono'
import { csrf, csrfToken, StoreError, storeKey } from '../../session/index.ts'
import { devicesOf } from '../devices.ts'
import { inspect } from '../inspect.ts'
import { SessionPage } from '../pages/session.tsx'
import type { SiteEnv } from '../sessions.ts'
import { type Bindings, storeName, storeOf } from '../stores.ts'

/** The inspector: the visitor's session taken apart, and buttons that change it. */
export const inspector = new Hono<SiteEnv>()
  .get('/', async (c) => {
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
  .post('/reset', csrf(), async (c) => {
    const session = await c.var.session()
    session.delete('counter')
    session.flash('The counter starts again.', '', false)
    return c.redirect('/session', 303)
  })
  .post('/regenerate', csrf(), async (c) => {
    const session = await c.var.session()
    session.regenerate()
    session.flash('Your session has a new identity.', '', false)
    return c.redirect('/session', 303)
  })
  .post('/invalidate', csrf(), async (c) => {
    const session = await c.var.session()
    session.invalidate()
    session.flash('Your session was forgotten. This is a new one.')
    return c.redirect('/session', 303)
  })

/**
 * Reads what the store keeps of a session; `null`: nothing.
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
