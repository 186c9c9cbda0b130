import { Hono } from 'hono'
import { csrf, csrfToken } from '../../session/index.ts'
import { posted } from '../forms.ts'
import { maxAttemptLength, sample, tryToForge } from '../model/breaking.ts'
import { devicesOf } from '../model/devices.ts'
import { SessionPage } from '../pages/session.tsx'
import type { SiteEnv } from '../sessions.ts'
import { drawn, visitOf } from '../visit.ts'

/** The inspector: the visitor's session taken apart, and buttons that change it. */
export const inspector = new Hono<SiteEnv>()
  .get('/', async (c) => {
    const session = await c.var.session()
    const { visit, own } = visitOf(c, session, ['name', 'attempt'])
    return c.html(
      <SessionPage
        visit={visit}
        devices={await devicesOf(c.env, session)}
        refused={own.name}
        attempt={own.attempt}
        csrfToken={csrfToken(session)}
        {...drawn(c, session)}
      />,
    )
  })
  .post('/reset', csrf(), async (c) => {
    const session = await c.var.session()
    const news = session.has('counter') ? 'The counter is back to zero.' : 'The counter is at zero.'
    session.delete('counter')
    session.flash(news, '', false)
    return c.redirect('/session', 303)
  })
  .post('/regenerate', csrf(), async (c) => {
    const session = await c.var.session()
    session.regenerate()
    session.flash('Your session has a new identity. Its data stayed.', '', false)
    return c.redirect('/session', 303)
  })
  .post('/invalidate', csrf(), async (c) => {
    const session = await c.var.session()
    session.invalidate()
    session.flash('Your session was forgotten. This is a new one.')
    return c.redirect('/session', 303)
  })
  .post('/break', csrf(), async (c) => {
    const session = await c.var.session()
    const typed = (await posted(c, 'payload')) || sample
    session.flash(
      await tryToForge(typed.slice(0, maxAttemptLength).toWellFormed()),
      'attempt',
      false,
    )
    return c.redirect('/session#break', 303)
  })
