import { applyD1Migrations, createScheduledController } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import worker from '../../src/index.tsx'
import config from '../../wrangler.toml?raw'
import { visitSite } from '../kit/workers/site.ts'

const db = env.SESSIONS_DB

beforeAll(() => applyD1Migrations(db, env.MIGRATIONS))
beforeEach(async () => {
  await db.exec('DELETE FROM sessions')
  await db.exec(
    "INSERT INTO sessions VALUES ('old', '', 1), ('new', '', unixepoch() + 60), ('older', '', 0)",
  )
})

async function keys(): Promise<string[]> {
  const { results } = await db.prepare('SELECT key FROM sessions').all<{ key: string }>()
  return results.map(({ key }) => key)
}

function tick(bindings: object): Promise<void> {
  return worker.scheduled(createScheduledController(), { ...env, ...bindings } as Env)
}

describe('the scheduled handler', () => {
  it('deletes expired records from D1', async () => {
    await tick({ SESSION_STORE: 'd1' })
    expect(await keys()).toEqual(['new'])
  })

  it.each(['cookie', 'kv', 'durable-object', 'redis', ''])(
    'does not call D1 if sessions live in %j',
    async (SESSION_STORE) => {
      const SESSIONS_DB = new Proxy({}, { get: () => expect.fail('D1 was asked') })
      await tick({ SESSION_STORE, SESSIONS_DB })
    },
  )

  it('fails if there is no table, so that the dashboard shows it', async () => {
    const SESSIONS_DB = { prepare: () => db.prepare('DELETE FROM nowhere') }
    await expect(tick({ SESSION_STORE: 'd1', SESSIONS_DB })).rejects.toThrow('no such table')
  })

  it('leaves the site a Hono app', async () => {
    expect(await visitSite(worker).count('/')).toBe(1)
  })

  it('has a schedule in wrangler.toml', () => {
    expect(config).toMatch(/^\[triggers\]\ncrons = \["[^"]+"\]$/m)
  })
})
