import { Hono } from 'hono'
import { csrf } from '../../session/index.ts'
import { endDevice, endOthers, maxNameLength } from '../devices.ts'
import { posted } from '../forms.ts'
import type { SiteEnv } from '../sessions.ts'

/** Logging in, and ending what is logged in elsewhere. */
export const login = new Hono<SiteEnv>()
  .post('/login', csrf(), async (c) => {
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
  .post('/end', csrf(), async (c) => {
    const session = await c.var.session()
    const isEnded = await endDevice(c.env, session, await posted(c, 'id'))
    if (isEnded) session.flash('That session has ended.', '', false)
    else session.flash('There is no such session of yours.', 'error', false)
    return c.redirect('/session', 303)
  })
  .post('/end-others', csrf(), async (c) => {
    const session = await c.var.session()
    await endOthers(c.env, session)
    session.flash('All your other sessions have ended.', '', false)
    return c.redirect('/session', 303)
  })
