// Has 64 tabs of one visitor count to 10 000, and makes them race for the session, on every store.
// Ends with 1 when a store that loses nothing has lost, refused or cost too much.
// npm run proof -- --count 1000 --clients 64 --limit 240 --only D1
import { parseArgs } from 'node:util'
import { hasRedis } from '../node/redis-server.ts'
import { type Figures, faultsOf, increment, type Load } from './count.ts'
import { startMemory } from './memory.ts'
import type { Place, Places } from './place.ts'
import { races } from './races.ts'
import { startRedisProcesses } from './redis.ts'
import { startWorkerd } from './workerd.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    clients: { type: 'string', default: '64' },
    limit: { type: 'string', default: '240' },
    only: { type: 'string', default: '' },
  },
})
const load: Load = {
  count: Number(values.count),
  clients: Number(values.clients),
  limit: Number(values.limit),
}
const widths = [28, 10, 10, 10, 8, 14, 8, 8, 8, 8]

// What was started ends with this process, whatever ends it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const faults: string[] = []
row('store', 'asked', 'kept', 'lost', 'refused', 'calls/success', 'p50 ms', 'p99', 'max', 'seconds')
await prove(startMemory)
await prove(startWorkerd)
if (hasRedis) await prove(startRedisProcesses)
else console.log('Redis: not proved, this machine has no redis-server')
for (const fault of faults) console.error(`failed: ${fault}`)
console.log(
  faults.length === 0 ? 'Nothing was lost where nothing may be' : `${faults.length} failed`,
)
process.exitCode = faults.length === 0 ? 0 : 1

async function prove(start: () => Places | Promise<Places>): Promise<void> {
  const { places, stop } = await start()
  try {
    for (const place of places) {
      if (place.name.startsWith(values.only)) faults.push(...(await faultsAt(place)))
    }
  } finally {
    await stop()
  }
}

async function faultsAt(place: Place): Promise<string[]> {
  // What is lost shows in a tenth as well.
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

function row(name: string, ...cells: string[]): void {
  const [first = 0, ...others] = widths
  console.log(name.padEnd(first) + cells.map((cell, i) => cell.padStart(others[i] ?? 0)).join(''))
}
