// Has many visitors use their sessions for a minute, on every store. Ends with 1 when one of them ever
// saw another count or message than its own, when a request failed, the server printed something, or
// its memory grew and grew.
// npm run soak -- --seconds 60 --connections 16,64 --only D1
import { parseArgs } from 'node:util'
import { servers } from './servers.ts'
import { type Figures, mayGrow, soak } from './soak.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    connections: { type: 'string', default: '16,64' },
    only: { type: 'string', default: '' },
  },
})
const seconds = Number(values.seconds)
const widths = [18, 13, 10, 12, 9, 8, 8, 9, 9, 9, 9, 8]

// What was started ends with this process, whatever ends it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const faults: string[] = []
const times = ['p50 ms', 'p99', 'max']
row(
  'store',
  'connections',
  'requests',
  'requests/s',
  ...times,
  'logouts',
  'warm MB',
  'end MB',
  'growth',
  'faults',
)
for (const [name, start] of Object.entries(servers)) {
  if (!name.startsWith(values.only)) continue
  const server = await start()
  try {
    for (const connections of values.connections.split(',')) {
      const figures = await soak(server, Number(connections), seconds, name === 'cookie')
      print(name, connections, figures)
      faults.push(...figures.faults.map((fault) => `${name}, ${connections}: ${fault}`))
    }
  } finally {
    await server.stop()
  }
}
if (!('Redis' in servers)) console.log('Redis: not soaked, this machine has no redis-server')
for (const fault of faults.slice(0, 50)) console.error(`failed: ${fault}`)
console.log(
  faults.length === 0
    ? `Every count and message was exact, and no server grew by more than ${mayGrow} MB`
    : `${faults.length} failed`,
)
process.exitCode = faults.length === 0 ? 0 : 1

function print(name: string, connections: string, figures: Figures): void {
  const { requests, seconds, p50, p99, max, logouts, memory, faults } = figures
  const [warm, end] = memory ?? []
  const megabytes = memory && warm !== undefined && end !== undefined ? [warm, end, end - warm] : []
  const cells = [p50, p99, max].map((time) => time.toFixed(time < 10 ? 1 : 0))
  const sizes = [0, 1, 2].map((i) => megabytes[i]?.toFixed(0) ?? '?')
  const load = [connections, String(requests), (requests / seconds).toFixed(0)]
  row(name, ...load, ...cells, String(logouts), ...sizes, String(faults.length))
}

function row(name: string, ...cells: string[]): void {
  const [first = 0, ...others] = widths
  console.log(name.padEnd(first) + cells.map((cell, i) => cell.padStart(others[i] ?? 0)).join(''))
}
