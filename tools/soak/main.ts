import { type Command, conclude, tableOf } from '../command.ts'
import { type Server, servers } from './servers.ts'
import { type Figures, mayGrow, soak } from './soak.ts'

const row = tableOf([18, 13, 10, 12, 9, 8, 8, 9, 9, 9, 9, 8])

export const command: Command = {
  summary:
    'Has many visitors use their sessions for a minute, on every store. Fails if one of them saw a ' +
    'count or message that was not its own, a request failed, the server printed something, or its ' +
    'memory kept growing.',
  options: [
    { name: 'seconds', default: '60', meaning: 'for each store and number of connections (60)' },
    { name: 'connections', default: '16,64', meaning: 'numbers of visitors at once (16,64)' },
    { name: 'only', default: '', meaning: 'stores whose name starts with this' },
  ],
  async run({ seconds, connections = '', only = '' }) {
    const header = ['connections', 'requests', 'requests/s', 'p50 ms', 'p99', 'max', 'logouts']
    row('store', ...header, 'warm MB', 'end MB', 'growth', 'faults')
    const faults: string[] = []
    for (const [name, start] of Object.entries(servers)) {
      if (!name.startsWith(only)) continue
      const server = await start()
      const load = { connections: connections.split(',').map(Number), seconds: Number(seconds) }
      faults.push(...(await faultsOf(name, server, load).finally(server.stop)))
    }
    if (!('Redis' in servers)) console.log('Redis: not soaked, this machine has no redis-server')
    const success = `Every count and message was exact, and no server grew by more than ${mayGrow} MB`
    return conclude(faults, success)
  },
}

async function faultsOf(
  name: string,
  server: Server,
  { connections, seconds }: { connections: readonly number[]; seconds: number },
): Promise<string[]> {
  const faults: string[] = []
  for (const each of connections) {
    const figures = await soak(server, {
      connections: each,
      seconds,
      keepsEnded: name === 'cookie',
    })
    print(name, String(each), figures)
    faults.push(...figures.faults.map((fault) => `${name}, ${each}: ${fault}`))
  }
  return faults
}

function print(name: string, connections: string, figures: Figures): void {
  const { requests, seconds, p50, p99, max, logouts, memory, faults } = figures
  const [warm, end] = memory ?? []
  const megabytes = memory && warm !== undefined && end !== undefined ? [warm, end, end - warm] : []
  const cells = [p50, p99, max].map((time) => time.toFixed(time < 10 ? 1 : 0))
  const sizes = [0, 1, 2].map((i) => megabytes[i]?.toFixed(0) ?? '?')
  const load = [connections, String(requests), (requests / seconds).toFixed(0)]
  row(name, ...load, ...cells, String(logouts), ...sizes, String(faults.length))
}
