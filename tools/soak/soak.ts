import { residentOf } from './resident.ts'
import type { Server } from './servers.ts'
import { type Observations, visit } from './visitor.ts'

/** What was measured. */
export interface Figures {
  readonly requests: number
  readonly logouts: number
  readonly seconds: number
  /** Milliseconds that a request took: the median, the 99th percentile and the longest. */
  readonly p50: number
  readonly p99: number
  readonly max: number
  /** Megabytes that the server held when it was warm, and at the end; `undefined`: not known. */
  readonly memory: readonly [warm: number, end: number] | undefined
  /** What went wrong. */
  readonly faults: readonly string[]
}

/** Megabytes that a server may have grown by since it was warm. */
export const mayGrow = 96

/**
 * The part of the time after which a server is warm.
 *
 * Garbage is collected at irregular times. In local simulation workerd grew for 100 seconds with D1 and
 * for 150 with KV, to some 700 MB, and then stayed there.
 */
const warmUp = 3 / 4

/** How many visitors come at the same time, and for how long. */
export interface Load {
  readonly connections: number
  readonly seconds: number
  /** Whether a copy of a cookie outlives the logout, as where the cookie is the session. */
  readonly keepsEnded: boolean
}

/** Sends visitors to a server, and measures it. */
export async function soak(
  { url, pid, printed }: Server,
  { connections, seconds, keepsEnded }: Load,
): Promise<Figures> {
  const record: Observations = { times: [], logouts: 0, faults: new Map() }
  const alreadyPrinted = printed.length
  const begun = performance.now()
  const until = begun + seconds * 1000
  const visits = Array.from({ length: connections }, () => visit(url, until, keepsEnded, record))
  const warm = wait(seconds * warmUp * 1000).then(() => residentOf(pid))
  await Promise.all(visits)
  const time = (performance.now() - begun) / 1000
  const [first, last] = [await warm, await residentOf(pid)]
  const memory = first === undefined || last === undefined ? undefined : ([first, last] as const)
  const faults = [...record.faults].map(([fault, times]) => `${fault}, ${times} times`)
  faults.push(...printed.slice(alreadyPrinted).map((text) => `printed: ${text}`))
  if (memory && memory[1] - memory[0] > mayGrow) faults.push(`grew by more than ${mayGrow} MB`)
  return { ...timesOf(record.times), logouts: record.logouts, seconds: time, memory, faults }
}

function timesOf(times: number[]): Pick<Figures, 'requests' | 'p50' | 'p99' | 'max'> {
  times.sort((a, b) => a - b)
  const percentile = (part: number) => times[Math.ceil(times.length * part) - 1] ?? 0
  return { requests: times.length, p50: percentile(0.5), p99: percentile(0.99), max: percentile(1) }
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
