import { Hono } from 'hono'
import { csrf, session } from '../../src/session/index.ts'

interface Bindings {
  SESSION_SECRET: string
  SESSION_EVENTS: AnalyticsEngineDataset
}

// #region analytics
const app = new Hono<{ Bindings: Bindings }>()
  .use(
    session((c) => ({
      secret: c.env.SESSION_SECRET,
      onEvent(event, c) {
        c.env.SESSION_EVENTS.writeDataPoint({
          indexes: [event.type],
          blobs: [event.type, c.req.method, 'why' in event ? String(event.why) : ''],
          doubles: ['attempts' in event ? event.attempts : 1],
        })
      },
      onReject(reason, c) {
        c.env.SESSION_EVENTS.writeDataPoint({ indexes: ['rejected'], blobs: ['rejected', reason] })
      },
    })),
  )
  .use(csrf())
// #endregion

app.get('/', async (c) => {
  const session = await c.var.session()
  session.set('seen', true)
  return c.text('ok')
})

export default app
