import { type SessionEnv, useSession } from '@hono/session'
import type { Context } from 'hono'
import { host, secret } from '../host.ts'
import { type Plain, plainApp } from './plain.ts'

const duration = { absolute: 28_800, inactivity: 1200 }

const app = plainApp({
  middleware: useSession({ secret, duration }),
  async load(c: Context<SessionEnv>) {
    return ((await c.var.session.get()) ?? {}) as Plain
  },
  async save(c: Context<SessionEnv>, data) {
    // What is not named stays.
    await c.var.session.update({ ...data, flash: data.flash })
  },
})

export default host(app)
