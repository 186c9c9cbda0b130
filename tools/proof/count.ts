import type { Place } from './places.ts'
import { visitorOf } from './visitor.ts'

/** How many increments, by how many tabs, for how long. */
export interface Load {
  /** Increments in all. */
  readonly count: number
  /** How many tabs make them, each one after the other. */
  readonly clients: number
  /** Seconds after which no increment begins. */
  readonly limit: number
}

/** What was measured. */
export interface Figures {
  /** Increments that were sent, and those that were answered with 200. */
  readonly asked: number
  readonly succeeded: number
  /** The count in the session at the end. */
  readonly kept: number
  /** Store calls for each increment that succeeded. */
  readonly calls: number
  /** Milliseconds that a request took: the median, the 99th percentile and the longest. */
  readonly p50: number
  readonly p99: number
  readonly max: number
  /** Seconds for all of them. */
  readonly seconds: number
}

/** Store calls that a success may need on average. */
export const mostCalls = 6

/** Has all tabs of one visitor increment the same number. */
export async function increment(place: Place, { count, clients, limit }: Load): Promise<Figures> {
  const visitor = visitorOf(place)
  await visitor.visit(0, { job: 'begin' })
  const before = await visitor.calls()
  const times: number[] = []
  let asked = 0
  let succeeded = 0
  const start = performance.now()
  const client = async (_: unknown, tab: number) => {
    while (asked < count && performance.now() - start < limit * 1000) {
      asked++
      const begun = performance.now()
      const { status } = await visitor.visit(tab, { job: 'count' })
      times.push(performance.now() - begun)
      if (status === 200) succeeded++
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  const seconds = (performance.now() - start) / 1000
  const calls = ((await visitor.calls()) - before) / succeeded
  times.sort((a, b) => a - b)
  const percentile = (part: number) => times[Math.ceil(times.length * part) - 1] ?? 0
  const [p50, p99, max] = [percentile(0.5), percentile(0.99), percentile(1)]
  const kept = Number((await visitor.read()).data.n)
  return { asked, succeeded, kept, calls, p50, p99, max, seconds }
}

/** Lists what is wrong with the figures of a place that must lose nothing. */
export function faultsOf(figures: Figures, { count }: Load): string[] {
  const { asked, succeeded, kept, calls } = figures
  const faults: string[] = []
  if (asked < count) faults.push(`${asked} of ${count} increments in the time there was`)
  if (succeeded < asked) faults.push(`${asked - succeeded} of ${asked} increments refused`)
  if (kept !== succeeded) faults.push(`${succeeded} increments succeeded and ${kept} were kept`)
  if (!(calls <= mostCalls)) faults.push(`${calls.toFixed(2)} store calls for each success`)
  return faults
}
