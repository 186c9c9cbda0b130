import { median, type Result, ratio } from './measure.ts'
import type { Scenario } from './scenarios.ts'
import type { Variant } from './variants/index.ts'

/** What the variants took for one scenario. */
export interface Measured {
  readonly scenario: Scenario
  readonly results: ReadonlyMap<string, Result>
}

/** Makes a table in Markdown: a row for each variant, a column for each scenario. */
export function table(variants: readonly Variant[], measured: readonly Measured[]): string {
  const rows = variants.map((variant) => [
    variant.name,
    ...measured.map((each) => cell(variant, each)),
  ])
  return markdown(['µs per request', ...measured.map(({ scenario }) => scenario.name)], rows)
}

/** The time, and how many times that of what it is held against. */
function cell(variant: Variant, { scenario, results }: Measured): string {
  const own = timesOf(results, variant.name)
  if (!own) return '–'
  const limit = timesOf(results, yardstickOf(variant, scenario))
  const time = `${median(own).toFixed(1)}`
  return limit ? `${time} (${ratio(own, limit).middle.toFixed(2)}×)` : time
}

/** What a variant is held against: who leaves the session alone should cost what a middleware costs. */
export function yardstickOf({ limit = '' }: Variant, { path }: Scenario): string {
  return limit !== '' && path === '/untouched' ? 'bare + middleware' : limit
}

export function timesOf(
  results: ReadonlyMap<string, Result>,
  name: string,
): readonly number[] | undefined {
  const result = results.get(name)
  return typeof result === 'string' ? undefined : result
}

/** How far the ratios of the rounds lie apart, for those who are to trust them. */
export function spread(variants: readonly Variant[], measured: readonly Measured[]): string {
  const lines = variants
    .filter(({ file }) => file.startsWith('ours'))
    .flatMap((variant) =>
      measured.map(({ scenario, results }) => {
        const own = timesOf(results, variant.name)
        const limit = timesOf(results, yardstickOf(variant, scenario))
        if (!own || !limit) return []
        const { low, middle, high } = ratio(own, limit)
        return [variant.name, scenario.name, ...[middle, low, high].map((each) => each.toFixed(2))]
      }),
    )
  return markdown(
    ['', 'scenario', 'ratio', 'quartiles', ''],
    lines.filter((line) => line.length),
  )
}

/** Says why some could not be measured. */
export function notes(measured: readonly Measured[]): string[] {
  return measured.flatMap(({ scenario, results }) =>
    [...results]
      .filter(([, result]) => typeof result === 'string')
      .map(([variant, reason]) => `${variant}, ${scenario.name}: ${reason}`),
  )
}

export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]?.length ?? 0)))
  const line = (cells: readonly string[], pad = ' ') => {
    const padded = cells.map((each, i) =>
      i === 0 ? each.padEnd(widths[i] ?? 0, pad) : each.padStart(widths[i] ?? 0, pad),
    )
    return `|${pad}${padded.join(`${pad}|${pad}`)}${pad}|`
  }
  const rule = head.map((_, i) => (i === 0 ? '-' : '-:'))
  return [line(head), line(rule, '-'), ...rows.map((row) => line(row))].join('\n')
}
