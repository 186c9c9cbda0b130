import { csrf } from 'edge-session'
import { Hono } from 'hono'
import { createApp } from 'honox/server'
import { withSession } from './session'

// Not in routes/_middleware.ts, which HonoX runs more than once for some routes.
const app = new Hono().use(withSession, csrf())

export default createApp({ app })
