// A smaller run of `npm run proof`.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultsOf, increment } from '../../tools/proof/count.ts'
import {
  type Place,
  type Places,
  startMemory,
  startRedisProcesses,
  startWorkerd,
} from '../../tools/proof/places.ts'
import { races } from '../../tools/proof/races.ts'
import { hasRedis } from '../../tools/serve/redis-server.ts'

const load = { count: 200, clients: 16, limit: 20 }
const missing = hasRedis ? '' : ', not tested: this machine has no redis-server'
const exact: [name: string, start: () => Places | Promise<Places>, names: string[]][] = [
  ['memory', startMemory, ['memory']],
  [
    'workerd',
    startWorkerd,
    ['Durable Objects', 'Durable Objects, 2 Workers', 'D1', 'D1, 2 Workers'],
  ],
  [`Redis${missing}`, startRedisProcesses, ['Redis', 'Redis, 2 processes']],
]

for (const [title, start, names] of exact) {
  describe.skipIf(title.endsWith(missing) && missing !== '')(`sessions in ${title}`, () => {
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
