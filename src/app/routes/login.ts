import { Hono } from 'hono'
import { csrf } from '../../session/index.ts'
import { posted, refuse } from '../forms.ts'
import { endDevice, endOthers, maxNameLength } from '../model/devices.ts'
import { loginFrom } from '../model/login.ts'
import type { SiteEnv } from '../sessions.ts'

/** Logging in and out, here and in other browsers. */
export const login = new Hono<SiteEnv>()
  .post('/login', csrf(), async (c) => {
    const session = await c.var.session()
    const name = await posted(c, 'name')
    if (name === '' || name.length > maxNameLength) {
      session.flash(
        refuse(name, `Enter a name of up to ${maxNameLength} characters.`),
        'name',
        false,
      )
      return c.redirect('/session#login', 303)
    }
    session.regenerate() // anyone who knew the old identity does not know this one
    session.bind(name)
    if (await posted(c, 'remember')) session.remember()
    session.set('login', loginFrom(c.req.header('User-Agent')))
    session.flash('You are logged in.')
    return c.redirect('/session#login', 303)
  })
  .post('/logout', csrf(), async (c) => {
    const session = await c.var.session()
    session.invalidate()
    session.flash('You are logged out. This is a new, empty session.')
    return c.redirect('/', 303)
  })
  .post('/end', csrf(), async (c) => {
    const session = await c.var.session()
    const isEnded = await endDevice(c.env, session, await posted(c, 'id'))
    if (isEnded) session.flash('That browser is signed out.', '', false)
    else session.flash('You have no such session.', 'error', false)
    return c.redirect('/session', 303)
  })
  .post('/end-others', csrf(), async (c) => {
    const session = await c.var.session()
    session.flash(await endOthers(c.env, session), '', false)
    return c.redirect('/session', 303)
  })
