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
  it('clears what has expired out of D1', async () => {
    await tick({ SESSION_STORE: 'd1' })
    expect(await keys()).toEqual(['new'])
  })

  it.each(['cookie', 'kv', 'durable-object', 'redis', ''])(
    'asks D1 nothing when sessions live in %j',
    async (SESSION_STORE) => {
      const SESSIONS_DB = new Proxy({}, { get: () => expect.fail('D1 was asked') })
      await tick({ SESSION_STORE, SESSIONS_DB })
    },
  )

  it('fails where there is no table, so that the dashboard shows it', async () => {
    const SESSIONS_DB = { prepare: () => db.prepare('DELETE FROM nowhere') }
    await expect(tick({ SESSION_STORE: 'd1', SESSIONS_DB })).rejects.toThrow('no such table')
  })

  it('leaves the site an app like any other', async () => {
    expect(await visitSite(worker).count('/')).toBe(1)
  })

  it('has a time in wrangler.toml', () => {
    expect(config).toMatch(/^\[triggers\]\ncrons = \["[^"]+"\]$/m)
  })
})
