// A smaller run of `npm run proof`.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultsOf, increment } from '../../tools/proof/count.ts'
import {
  type Place,
  type Places,
  startDenoKv,
  startMemory,
  startPglite,
  startPostgresProcesses,
  startRedisProcesses,
  startSqliteProcesses,
  startWorkerd,
} from '../../tools/proof/places.ts'
import { races } from '../../tools/proof/races.ts'
import { postgresVersion } from '../../tools/serve/postgres-server.ts'
import { hasRedis } from '../../tools/serve/redis-server.ts'

const load = { count: 200, clients: 16, limit: 20 }
const workers = ['Durable Objects', 'Durable Objects, 2 Workers', 'D1', 'D1, 2 Workers']
const exact: [names: string[], start: () => Places | Promise<Places>, missing?: string | false][] =
  [
    [['memory'], startMemory],
    [workers, startWorkerd],
    [['PGlite'], startPglite],
    [['SQLite', 'SQLite, 2 processes'], startSqliteProcesses],
    [['Deno KV'], startDenoKv],
    [['Redis', 'Redis, 2 processes'], startRedisProcesses, !hasRedis && 'redis-server'],
    [
      ['PostgreSQL', 'PostgreSQL, 2 processes'],
      startPostgresProcesses,
      !postgresVersion && 'PostgreSQL',
    ],
  ]

for (const [names, start, missing = false] of exact) {
  const title = missing ? `, not tested: this machine has no ${missing}` : ''
  describe.skipIf(missing)(`sessions in ${names[0]}${title}`, () => {
    let started: Places
    beforeAll(async () => {
      started = await start()
    })
    afterAll(() => started?.stop())

    const placeOf = (name: string) => started.places.find((place) => place.name === name) as Place

    describe.each(names)('%s', (name) => {
      it('count exactly for 16 concurrent tabs, with at most 6 store calls each', async () => {
        expect(faultsOf(await increment(placeOf(name), load), load)).toEqual([])
      })

      it.each(Object.keys(races))('%s', async (race) => {
        await races[race]?.(placeOf(name))
      })
    })
  })
}
