import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { clockOf, tellsCpu } from './clock.ts'
import { type Serving, start } from './runtimes/runtime.ts'
import type { Path, Scenario } from './scenarios.ts'
import type { Variant } from './variants/index.ts'
import { prepare } from './visitor.ts'

/** How many connections ask at the same time. */
export const widths = [1, 16, 64] as const

/** What a server did over HTTP. */
export interface Throughput {
  readonly name: string
  readonly path: Path
  readonly connections: number
  readonly perSecond: number
  /** Microseconds that the server computed for a request; `undefined` where nobody tells. */
  readonly cpu: number | undefined
}

/** Asks each variant over HTTP for some seconds, one after the other, at each width. */
export async function overHttp(
  serving: Serving,
  variants: readonly Variant[],
  seconds: number,
): Promise<Throughput[]> {
  const found: Throughput[] = []
  for (const path of ['/untouched', '/read', '/count'] as const) {
    for (const connections of widths) {
      for (const variant of variants) {
        const address = serving.addresses.get(variant.file)
        if (!address || (path === '/untouched') !== (variant.only !== undefined)) continue
        const scenario: Scenario = { name: path, path, bytes: 20, others: 1 }
        const { only, visitors } = variant
        const cookies = await prepare(address.url, scenario, !only, visitors)
        const load = await ask({ ...address, path, cookies, connections, seconds })
        found.push({ name: variant.name, path, connections, ...load })
      }
    }
  }
  return found
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
}): Promise<Pick<Throughput, 'perSecond' | 'cpu'>> {
  const clock = clockOf([pid])
  const before = clock()
  const requests = cookies.map((cookie) => ({ headers: { cookie } }))
  const load = { url: url + path, connections, duration: seconds, requests }
  const { requests: done, non2xx, errors, duration } = await autocannon(load)
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
