import { availableParallelism } from 'node:os'
import { tellsCpu } from './clock.ts'
import type { FormCost } from './forms.ts'
import type { Throughput } from './http.ts'
import { median, type Result, ratio } from './measure.ts'
import type { Scenario } from './scenarios.ts'
import type { Size } from './sizes.ts'
import type { Startup } from './startup.ts'
import type { Contention, Growth, StoreCost } from './stores.ts'
import { firstSight, type Variant } from './variants/index.ts'

/** What the variants took for one scenario. */
export interface Measured {
  readonly scenario: Scenario
  readonly results: ReadonlyMap<string, Result>
}

/** Takes the scenarios apart that tell of growth: what else is asked, larger sessions, more cookies. */
export function parts(measured: readonly Measured[]): Measured[][] {
  const isLarge = ({ scenario }: Measured) => (scenario.bytes ?? 0) >= 100
  const isCrowded = ({ scenario }: Measured) => scenario.others > 1
  return [
    measured.filter((each) => !isLarge(each) && !isCrowded(each)),
    measured.filter(isLarge),
    measured.filter(isCrowded),
  ].filter((part) => part.length > 0)
}

/** Makes a table in Markdown: a row for each variant, a column for each scenario. */
export function table(variants: readonly Variant[], measured: readonly Measured[]): string {
  const rows = variants
    .map((variant) => [variant.name, ...measured.map((each) => cell(variant, each))])
    .filter(([, ...cells]) => cells.some((each) => each !== '–'))
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
function yardstickOf({ limit = '' }: Variant, { path }: Scenario): string {
  return limit !== '' && path === '/untouched' ? 'bare + middleware' : limit
}

export function timesOf(
  results: ReadonlyMap<string, Result>,
  name: string,
): readonly number[] | undefined {
  const result = results.get(name)
  return typeof result === 'string' ? undefined : result
}

/** How far the ratios of the sittings lie apart, for those who are to trust them. */
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
    ['', 'scenario', 'times its limit', 'quartiles', 'to'],
    lines.filter((line) => line.length),
  )
}

/** Lists where ours is well over its limit, and where a peer whose cookie is of the same kind is faster. */
export function losses(variants: readonly Variant[], measured: readonly Measured[]): string[] {
  const all = variants.filter(({ file }) => file.startsWith('ours'))
  return measured.flatMap(({ scenario, results }) =>
    all.flatMap((ours) => {
      const own = timesOf(results, ours.name)
      if (!own) return []
      const times = (name: string) => {
        const others = timesOf(results, name)
        return others && ratio(own, others).middle
      }
      const over = times(yardstickOf(ours, scenario)) ?? 0
      const faster = variants
        .filter((each) => each.package && each.limit === ours.limit && (times(each.name) ?? 0) > 1)
        .map(({ name }) => `${times(name)?.toFixed(2)}× ${name}`)
      const lost = [...(over > 1.15 ? [`${over.toFixed(2)}× the limit`] : []), ...faster]
      return lost.length > 0 ? [`${ours.name}, ${scenario.name}: ${lost.join(', ')}`] : []
    }),
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
  const line = (cells: readonly string[]) => {
    const padded = cells.map((each, i) =>
      i === 0 ? each.padEnd(widths[i] ?? 0) : each.padStart(widths[i] ?? 0),
    )
    return `| ${padded.join(' | ')} |`
  }
  const rule = widths.map(
    (width, i) => '-'.repeat(i === 0 ? width : width - 1) + (i === 0 ? '' : ':'),
  )
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}

/** Says with what, where and how it was measured. */
export function introduction({
  versions,
  minutes,
  sittings,
}: {
  versions: readonly string[]
  minutes: number
  sittings: number
}): string {
  return `# Results

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}, in ${minutes.toFixed(0)} minutes, on a shared machine with ${availableParallelism()} cores.
${versions.join(', ')}.

**How.** In process, each variant is an app of its own in an isolate or process of its own, which
answers the same request many times in a row, without a network. The time is taken from outside, over
that of a loop without requests: ${
    tellsCpu
      ? 'what the process computed, all threads together, so that other work on the machine does not count'
      : 'on the clock'
  }.
There are ${sittings} sittings. In each all processes are fresh, and the variants take turns of some 20 ms.
A cell has the median of the sittings and, after it, the median of the ratios within the sittings to what
the variant is held against: \`limit\`, which does the same job by hand in the route, with Web Crypto as
ours does, or \`limit, sealed\`; where the session is left alone, Hono with a middleware that does nothing.
Before it is measured each variant must answer what it should.

**Who.** \`limit0\` only verifies, and signs, constant bytes. \`limit\` and \`ours\` send the same headers
and cookies, byte for byte. \`limit, as safe\`
says that a page is private before the handler runs, so that caches inside see it, and copies a response
before it adds a cookie, as ours must. Ours does not verify a token again that
its process has read or written of late; as a rule the same one comes each time, as if a visitor came back
to the same process. At first sight 300 visitors come in turn, more than it remembers, so that it verifies each time, as at the first
visit to a process. Hono's signed cookies, jose and remix sign; the other peers encrypt, and are
held against what encrypts. Peers do less than ours: none of them says \`Vary\` or \`Cache-Control\`, and
the first and remix do not expire. A session has 20 bytes of JSON, and one other cookie beside it, unless
the column says otherwise.`
}

/** Says in a paragraph what the comparison is to say. */
export function summary(variants: readonly Variant[], measured: readonly Measured[]): string {
  const resultsOf = (name: string) =>
    measured.find(({ scenario }) => scenario.name === name)?.results ?? new Map<string, Result>()
  const times = (scenario: string, variant: string, to: string) => {
    const [own, other] = [variant, to].map((name) => timesOf(resultsOf(scenario), name))
    return own && other ? ratio(own, other).middle : Number.NaN
  }
  const cost = (scenario: string) => median(timesOf(resultsOf(scenario), 'ours') ?? []).toFixed(0)
  const fastest = (scenario: string, ours: string) => {
    const all = variants
      .filter((each) => each.package && each.visitors === visitorsOf(ours))
      .map(({ name }) => ({ name, times: times(scenario, name, ours) }))
      .filter((each) => each.times > 0)
    const [first] = all.toSorted((a, b) => a.times - b.times)
    return `${first?.times.toFixed(1)} (${first?.name})`
  }
  const visitorsOf = (name: string) => variants.find((each) => each.name === name)?.visitors
  const limits = (own: string, limit: string) =>
    ['read', 'count'].map((each) => `${times(each, own, limit).toFixed(2)}×`).join(' and ')
  return `In workerd, a request that does not open the session costs ${times('untouched', 'ours', 'bare + middleware').toFixed(2)}× one through an empty
middleware. Reading the session takes ${cost('read')} µs of computing in all, changing it ${cost('count')} µs: ${limits('ours', 'limit')} of the
same job written by hand in the route, or ${limits(firstSight('ours'), firstSight('limit'))} if the process has not seen the cookie
before. The fastest of the others takes ${fastest('read', 'ours')} times as long for a read and
${fastest('count', 'ours')} for a change; at first sight ${fastest('read', firstSight('ours'))} and ${fastest('count', firstSight('ours'))}.
Measured on ${new Date().toISOString().slice(0, 10)} on a shared machine with ${availableParallelism()} cores; the ratios are the point.`
}

/** Makes a table of what `csrf()` computes to find the token in a form. */
export function formTable(all: readonly FormCost[]): string {
  const rows = all.map(({ name, milliseconds }) => [name, milliseconds.toFixed(1)])
  return `Milliseconds that Node computes for a request with a form of 1 MiB that has the token last, all
threads together.\n\n${markdown(['', 'ms'], rows)}`
}

/** Makes a table of what was reached over HTTP: requests per second, and CPU per request. */
export function httpTable(all: readonly Throughput[]): string {
  const columns = [...new Set(all.map(({ path, connections }) => `${path}, ${connections}`))]
  const rows = [...new Set(all.map(({ name }) => name))].map((name) => [
    name,
    ...columns.map((column) => {
      const found = all.find(
        (each) => each.name === name && `${each.path}, ${each.connections}` === column,
      )
      if (!found) return '–'
      const { perSecond, cpu } = found
      return cpu === undefined
        ? perSecond.toFixed(0)
        : `${perSecond.toFixed(0)} (${cpu.toFixed(0)})`
    }),
  ])
  const head =
    'Requests per second and, in brackets, µs of CPU for each, user and system, by connections.'
  return `${head}\n\n${markdown(['', ...columns], rows)}`
}

export function storeTables(costs: readonly StoreCost[], all: readonly Contention[]): string {
  const rows = costs.map(({ name, job, calls, milliseconds }) => [
    `${name}, ${job}`,
    calls.toFixed(2),
    milliseconds.toFixed(2),
  ])
  const contended = all.map(({ name, clients, calls, refused, p50, p99 }) => [
    `${name}, ${clients} clients`,
    ...[calls.toFixed(2), String(refused), p50.toFixed(1), p99.toFixed(1)],
  ])
  return `A request by a visitor who is alone, over HTTP but for memory, in local simulation:

${markdown(['', 'calls', 'ms'], rows)}

Clients that all change one session, each request as soon as the last is answered. Within one Worker or
process they take turns; where there are two, these compete, too:

${markdown(['', 'calls per success', 'refused', 'median ms', '99th percentile'], contended)}`
}

export function growthTable(all: readonly Growth[]): string {
  const names = [...new Set(all.map(({ name }) => name))]
  const rows = names.map((name) => [
    name,
    ...all.filter((each) => each.name === name).map((each) => each.microseconds.toFixed(0)),
  ])
  const counts = [...new Set(all.map(({ sessions }) => sessions.toLocaleString('en')))]
  return `Microseconds to read and write a session among so many. In memory, the processor's caches are what
is outgrown.\n\n${markdown(['', ...counts], rows)}`
}

export function sizeTable(all: readonly Size[]): string {
  const rows = all.map(({ name, minified, gzipped }) => [name, String(minified), String(gzipped)])
  return `Bytes. The library without hono; what is imported by path, over the library.

${markdown(['', 'minified', 'and gzipped'], rows)}`
}

export function startupTable(all: readonly Startup[]): string {
  if (all.length === 0) return 'Not measured: this system does not tell what a process computes.'
  const rows = all.map(({ name, milliseconds }) => [name, milliseconds.toFixed(1)])
  return `Milliseconds that workerd computes to load and evaluate a Worker, over an empty one, for each of\nten that a process loads.

${markdown(['', 'ms'], rows)}`
}
