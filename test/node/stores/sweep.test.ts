import { expect, it } from 'vitest'
import type { D1Binding } from '../../../src/session/stores/d1.ts'
import { startServer } from '../../kit/node/server.ts'
import { createVisitorOf } from '../../kit/site-visitor.ts'

const { url, worker } = await startServer({ SESSION_STORE: 'd1' })

it("the site deletes expired sessions from D1 on the runtime's schedule", async () => {
  await worker.applyD1Migrations('SESSIONS_DB')
  const visitor = createVisitorOf(url)
  expect(await visitor.count()).toBe(1)
  const { SESSIONS_DB: db } = (await worker.getEnv()) as { SESSIONS_DB: D1Binding }
  await db.prepare("INSERT INTO sessions VALUES ('old', '', 1), ('older', '', 0)").run()

  const outcome = await worker.scheduled({ cron: '17 * * * *', scheduledTime: new Date() })
  expect(outcome).toMatchObject({ outcome: 'ok' })
  expect(await db.prepare('SELECT count(*) AS n FROM sessions').first()).toEqual({ n: 1 })
  expect(await visitor.count()).toBe(2)
})
