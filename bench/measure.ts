import { clockOf } from './clock.ts'
import type { Loop } from './host.ts'
import type { Address, Serving } from './runtimes/runtime.ts'
import { headline, type Scenario } from './scenarios.ts'
import type { Variant } from './variants/index.ts'
import { prepare } from './visitor.ts'

/** Microseconds per request that a variant took, sitting by sitting; or why it could not be measured. */
export type Result = readonly number[] | string

/** Milliseconds of computing that one turn takes, and that come before the first one. */
const turn = 20
const warmUp = 150

/**
 * Measures variants side by side, in one sitting: in each round every one has its turn.
 *
 * @returns Microseconds per request over all rounds: what memory takes is paid now and then, so that a
 * typical turn would not tell of it.
 */
export async function measure(
  serving: Serving,
  variants: readonly Variant[],
  scenario: Scenario,
  rounds: number,
): Promise<Map<string, number | string>> {
  const results = new Map<string, number | string>()
  const runners: { variant: Variant; run: () => Promise<number>; spent: number }[] = []
  for (const variant of variants) {
    if (!isAsked(variant, scenario)) continue
    try {
      runners.push({ variant, run: await runner(serving, variant, scenario), spent: 0 })
    } catch (error) {
      results.set(variant.name, error instanceof Error ? error.message : String(error))
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < runners.length; i++) {
      const runner = runners[(i + round) % runners.length] as (typeof runners)[0]
      runner.spent += await runner.run()
    }
  }
  for (const { variant, spent } of runners) results.set(variant.name, spent / rounds)
  return results
}

/** Whether a variant is measured in a scenario: many visitors come where a session is opened. */
function isAsked({ only, visitors }: Variant, { name, path }: Scenario): boolean {
  if (visitors !== undefined) return path !== '/untouched' && headline.includes(name)
  return only === undefined || only.includes(path)
}

/** Warms a variant up, and finds how many requests are a turn. */
async function runner(serving: Serving, variant: Variant, scenario: Scenario) {
  const { url, pid } = serving.addresses.get(variant.file) as Address
  const clock = clockOf([pid])
  const cookies = await prepare(url, scenario, !variant.only, variant.visitors)
  const loop = (times: number) => time(clock, url, { path: scenario.path, cookies, times })
  let times = 200
  for (let spent = 0; spent < warmUp; ) {
    const took = await loop(times)
    spent += took
    times = Math.max(10, Math.round((times * turn) / took))
  }
  const empty: number[] = []
  for (let i = 0; i < 9; i++) empty.push(await loop(0))
  const overhead = median(empty)
  return async () => ((await loop(times)) - overhead) * (1000 / times)
}

/** Takes the time of a loop from outside, in milliseconds. */
async function time(clock: () => number, url: string, loop: Loop): Promise<number> {
  const body = JSON.stringify(loop)
  const start = clock()
  const response = await fetch(url, { method: 'POST', body })
  await response.arrayBuffer()
  if (!response.ok) throw new Error(`the loop answers ${response.status}`)
  return clock() - start
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * part
  const [low = 0, high = low] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
  return low + (high - low) * (at - Math.floor(at))
}

/** How many times another's cost: the median of the sittings' ratios, with its quartiles. */
export function ratio(of: readonly number[], to: readonly number[]) {
  const ratios = of.map((each, sitting) => each / (to[sitting] as number))
  return { middle: median(ratios), low: quantile(ratios, 0.25), high: quantile(ratios, 0.75) }
}
