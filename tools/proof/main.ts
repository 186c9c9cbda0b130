import { type Command, conclude, tableOf } from '../command.ts'
import { postgresVersion } from '../serve/postgres-server.ts'
import { hasRedis } from '../serve/redis-server.ts'
import { type Figures, faultsOf, increment, type Load } from './count.ts'
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
} from './places.ts'
import { races } from './races.ts'

const row = tableOf([28, 10, 10, 10, 8, 14, 8, 8, 8, 8])

export const command: Command = {
  summary:
    'Has 64 tabs of one visitor count to 10,000 and race for the session, on every store. ' +
    'Fails if a store that loses nothing lost or refused an update, or needed too many calls.',
  options: [
    { name: 'count', default: '10000', meaning: 'increments on each store (10000)' },
    { name: 'clients', default: '64', meaning: 'tabs that make them (64)' },
    { name: 'limit', default: '240', meaning: 'seconds for each store (240)' },
    { name: 'only', default: '', meaning: 'stores whose name starts with this' },
  ],
  async run({ count, clients, limit, only = '' }) {
    const load: Load = { count: Number(count), clients: Number(clients), limit: Number(limit) }
    const header = ['asked', 'kept', 'lost', 'refused', 'calls/success', 'p50 ms', 'p99', 'max']
    if (!hasRedis) console.log('Redis: not proved, this machine has no redis-server')
    if (!postgresVersion) console.log('PostgreSQL: not proved, this machine has none')
    row('store', ...header, 'seconds')
    const faults: string[] = []
    for (const start of starts) faults.push(...(await prove(start, load, only)))
    return conclude(faults, 'No update was lost on a store that must lose none')
  },
}

/** What starts the places, where this machine has what they need. */
const starts = [
  startMemory,
  startWorkerd,
  startPglite,
  startSqliteProcesses,
  startDenoKv,
  ...(hasRedis ? [startRedisProcesses] : []),
  ...(postgresVersion ? [startPostgresProcesses] : []),
]

async function prove(
  start: () => Places | Promise<Places>,
  load: Load,
  only: string,
): Promise<string[]> {
  const { places, stop } = await start()
  const faults: string[] = []
  try {
    for (const place of places) {
      if (place.name.startsWith(only)) faults.push(...(await faultsAt(place, load)))
    }
    return faults
  } finally {
    await stop()
  }
}

async function faultsAt(place: Place, load: Load): Promise<string[]> {
  // A tenth shows as well how much a store that is not exact loses.
  const count = place.isExact ? load.count : Math.ceil(load.count / 10)
  const figures = await increment(place, { ...load, count })
  print(place, figures)
  if (!place.isExact) return []
  const found = faultsOf(figures, load)
  for (const [name, race] of Object.entries(races)) {
    await race(place).catch((error) => found.push(`${name}: ${error}`))
  }
  return found.map((fault) => `${place.name}: ${fault}`)
}

function print({ name }: Place, figures: Figures): void {
  const { asked, succeeded, kept, calls, p50, p99, max, seconds } = figures
  const times = [p50, p99, max].map((time) => time.toFixed(time < 10 ? 1 : 0))
  const numbers = [asked, kept, succeeded - kept, asked - succeeded].map(String)
  row(name, ...numbers, calls.toFixed(2), ...times, seconds.toFixed(1))
}
