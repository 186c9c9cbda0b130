import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { clockOf, tellsCpu } from './clock.ts'
import { median } from './measure.ts'
import { type Serving, start } from './runtimes/runtime.ts'
import type { Path, Scenario } from './scenarios.ts'
import type { Variant } from './variants/index.ts'
import { prepare } from './visitor.ts'

/** How many connections ask at the same time. */
const widths = [1, 16, 64] as const

/** What is asked; `/untouched` of ours only, beside the yardsticks. */
const paths: readonly Path[] = ['/untouched', '/read', '/count']

/** What a server did over HTTP. */
export interface Throughput {
  readonly name: string
  readonly path: Path
  readonly connections: number
  readonly perSecond: number
  /** Microseconds that the server computed for a request; `undefined` where nobody tells. */
  readonly cpu: number | undefined
}

type Load = Pick<Throughput, 'perSecond' | 'cpu'>

/** Asks each variant over HTTP for some seconds, in turns, so many times at each width: the medians. */
export async function overHttp(
  serving: Serving,
  variants: readonly Variant[],
  seconds: number,
  times: number,
): Promise<Throughput[]> {
  const found: Throughput[] = []
  for (const path of paths) {
    for (const connections of widths) {
      const loads = new Map<string, Load[]>()
      for (let time = 0; time < times; time++) {
        for (const { name, file, only, visitors } of variants.filter(isAsked)) {
          const address = serving.addresses.get(file)
          if (!address || !(only ?? (file === 'ours' ? paths : paths.slice(1))).includes(path))
            continue
          const scenario: Scenario = { name: path, path, bytes: 20, others: 1 }
          const cookies = await prepare(address.url, scenario, !only, visitors && 1000)
          const load = await ask({ ...address, path, cookies, connections, seconds })
          loads.set(name, [...(loads.get(name) ?? []), load])
        }
      }
      for (const [name, all] of loads) {
        const perSecond = median(all.map((each) => each.perSecond))
        const cpu = tellsCpu ? median(all.map((each) => each.cpu ?? 0)) : undefined
        found.push({ name, path, connections, perSecond, cpu })
      }
    }
  }
  return found
}

/** Whether a variant is asked over HTTP: peers remember no tokens, so that they need not come twice. */
function isAsked({ visitors, package: peer }: Variant): boolean {
  return visitors === undefined || peer === undefined
}

async function ask({
  url,
  pid,
  path,
  cookies,
  connections,
  seconds,
}: {
  url: string
  pid: number
  path: string
  cookies: readonly string[]
  connections: number
  seconds: number
}): Promise<Load> {
  const clock = clockOf([pid])
  const before = clock()
  let clients = 0
  const {
    requests: done,
    non2xx,
    errors,
    duration,
  } = await autocannon({
    url: url + path,
    connections,
    duration: seconds,
    // Each has visitors of its own: if all came in step, one would be verified and the others known.
    setupClient(client) {
      const own = clients++ % Math.min(connections, cookies.length)
      const its = cookies.filter((_, i) => i % connections === own)
      client.setRequests(its.map((cookie) => ({ headers: { cookie } })))
    },
  })
  const failed = non2xx + errors
  if (failed > 0) throw new Error(`${failed} requests failed at ${url}${path}`)
  const cpu = tellsCpu ? ((clock() - before) * 1000) / done.total : undefined
  return { perSecond: done.total / duration, cpu }
}

const python = ['/usr/bin/python3', 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import pyramid, waitress']).status === 0,
)

/** Pyramid's own tutorial, step 17, where Pyramid and waitress are installed. */
export async function pyramidOverHttp(seconds: number): Promise<Throughput[]> {
  if (!python) return []
  const script = fileURLToPath(new URL('pyramid_app.py', import.meta.url))
  const { url, pid, stop } = await start(python, [script])
  try {
    const first = await fetch(`${url}/howdy`)
    const cookie = first.headers.getSetCookie()[0]?.replace(/;.*/, '') ?? ''
    const second = await fetch(`${url}/howdy`, { headers: { cookie } })
    if (!(await second.text()).includes('Count: 2')) throw new Error('Pyramid does not count')
    const found: Throughput[] = []
    for (const connections of widths) {
      const load = await ask({ url, pid, path: '/howdy', cookies: [cookie], connections, seconds })
      found.push({ name: 'Pyramid tutorial', path: '/count', connections, ...load })
    }
    return found
  } finally {
    await stop()
  }
}
