// Measures this library beside its limits and its peers.
// npm run bench -- --runtime workerd,node --scenario read,count --variant ours,limit --sittings 9
// Without a choice it measures everything, and writes RESULTS.md, cost.svg and a paragraph of docs/comparison.md.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundleVariants } from './bundle.ts'
import { formCosts } from './forms.ts'
import { overHttp, pyramidOverHttp, type Throughput } from './http.ts'
import { measure, type Result } from './measure.ts'
import { plot } from './plot.ts'
import {
  formTable,
  growthTable,
  httpTable,
  introduction,
  losses,
  notes,
  parts,
  sizeTable,
  spread,
  startupTable,
  storeTables,
  summary,
  table,
} from './report.ts'
import type { Runtime, Serving } from './runtimes/runtime.ts'
import { headline, type Scenario, scenarios } from './scenarios.ts'
import { sizes } from './sizes.ts'
import { startups } from './startup.ts'
import { growth, storeCosts } from './stores.ts'
import { type Variant, variants } from './variants/index.ts'
import { differenceOf } from './visitor.ts'

type Results = Map<string, Result>

/** What is known of a scenario so far. */
interface Writable {
  readonly scenario: Scenario
  readonly results: Results
}

const { values } = parseArgs({
  options: {
    runtime: { type: 'string', default: 'workerd,node,deno,bun' },
    scenario: { type: 'string', default: '' },
    variant: { type: 'string', default: '' },
    sittings: { type: 'string', default: '5' },
    quick: { type: 'boolean', default: false },
  },
})
const sittings = Number(values.sittings)
if (!(sittings >= 1)) throw new Error(`--sittings is ${values.sittings}: give a number from 1`)
/** Turns that each variant has in a sitting. */
const rounds = 4
const isChoice = /--(runtime|scenario|variant|quick)/.test(process.argv.join(' '))
const started = performance.now()
const chosen = {
  variants: pick(variants, values.variant, ({ file }) => file),
  scenarios: pick(
    values.quick ? scenarios.filter(({ name }) => headline.includes(name)) : scenarios,
    values.scenario,
    ({ name }) => name,
  ),
}
const files = [...new Set(chosen.variants.map(({ file }) => file))]
const report: string[] = []
const versions: string[] = []

const directory = await mkdtemp(join(tmpdir(), 'edge-session-bench-'))
try {
  await bundleVariants(files, directory)
  for (const name of values.runtime.split(',')) {
    const { runtime } = (await import(`./runtimes/${name}.ts`)) as { runtime: Runtime }
    await inProcess(runtime)
  }
  if (!isChoice) await everythingElse()
} finally {
  await rm(directory, { recursive: true })
}

/** Measures all variants in a runtime, and over HTTP. */
async function inProcess(runtime: Runtime): Promise<void> {
  const version = runtime.version()
  if (version === undefined) return say(`## ${runtime.name}\n\nNot measured: it is not here.`)
  versions.push(`${runtime.name} ${version}`)
  const measured = chosen.scenarios.map((scenario): Writable => ({ scenario, results: new Map() }))
  let requests: Throughput[] = []
  for (let left = sittings; left > 0; left--) {
    const serving = await runtime.serve(directory, files)
    try {
      await sit(serving, measured)
      if (left > 1) continue
      for (const suffix of ['', '-sealed']) await compare(runtime, serving, suffix)
      if (!isChoice) requests = await overHttp(serving, variants, 0.5, Math.ceil(sittings / 2))
    } finally {
      await serving.stop()
    }
  }
  say(`## ${runtime.name}, in process`)
  for (const part of parts(measured)) say(table(chosen.variants, part))
  say(spread(chosen.variants, measured))
  const lost = losses(chosen.variants, measured).map((loss) => `* ${loss}`)
  if (lost.length > 0)
    say(`Where ours costs more than 1.15 times its limit, or than a peer:\n\n${lost.join('\n')}`)
  const missing = notes(measured).map((note) => `* ${note}`)
  if (missing.length > 0) say(`Not measured:\n\n${missing.join('\n')}`)
  if (requests.length > 0) say(`## ${runtime.name}, over HTTP\n\n${httpTable(requests)}`)
  if (isChoice || runtime.name !== 'workerd') return
  const title = `Cost of a request in workerd ${version}`
  await writeFile(new URL('cost.svg', import.meta.url), plot(title, variants, measured))
  await tellComparison(summary(variants, measured))
}

/** Measures each scenario once. Those who open no session come first, when nothing else has happened. */
async function sit(serving: Serving, measured: Writable[]): Promise<void> {
  const isLight = ({ scenario }: Writable) => scenario.path === '/untouched'
  for (const group of [measured.filter(isLight), measured.filter((each) => !isLight(each))]) {
    // Or the first of them would pay for compiling what the others find compiled.
    for (const { scenario } of group.slice(0, 4)) {
      await measure(serving, chosen.variants, scenario, 0)
    }
    for (const { scenario, results } of group) {
      note(results, await measure(serving, chosen.variants, scenario, rounds))
    }
  }
}

/** Adds what a sitting found to what was found before. */
function note(results: Results, found: ReadonlyMap<string, number | string>): void {
  for (const [name, result] of found) {
    const before = results.get(name) ?? []
    if (typeof before === 'string') continue // it has failed
    results.set(name, typeof result === 'number' ? [...before, result] : result)
  }
}

/** Says where ours and its limit do not answer alike. */
async function compare({ name }: Runtime, { addresses }: Serving, suffix: string): Promise<void> {
  const [ours, limit] = [`ours${suffix}`, `limit${suffix}`]
  const [one, other] = [addresses.get(ours)?.url, addresses.get(limit)?.url]
  const difference = one && other && (await differenceOf(one, other, suffix !== ''))
  if (!difference) return
  process.exitCode = 1
  say(`${name}: ${ours} and ${limit} answer differently:\n\n    ${difference}`)
}

async function everythingElse(): Promise<void> {
  const pyramid: Throughput[] = await pyramidOverHttp(1)
  say(
    `## Pyramid, over HTTP\n\n${pyramid.length > 0 ? httpTable(pyramid) : 'Not measured: Pyramid or waitress is not here.'}`,
  )
  say(`## Forms\n\n${formTable(await formCosts())}`)
  const { costs, contention } = await storeCosts(100, 2)
  say(`## Stores\n\n${storeTables(costs, contention)}`)
  say(growthTable(await growth()))
  say(`## Size\n\n${sizeTable(await sizes())}`)
  say(`## Start\n\n${startupTable(await startups(directory, 15))}`)
  const head = introduction({
    versions: [...versions, ...(await packages(variants))],
    minutes: (performance.now() - started) / 60_000,
    sittings,
  })
  await writeFile(new URL('RESULTS.md', import.meta.url), `${[head, ...report].join('\n\n')}\n`)
}

/** Writes the paragraph that stands in the comparison between two marks. */
async function tellComparison(paragraph: string): Promise<void> {
  const comparison = new URL('../docs/comparison.md', import.meta.url)
  const text = await readFile(comparison, 'utf8')
  const told = text.replace(
    /(?<=<!-- npm run bench writes this -->\n).*?(?=\n<!-- to here -->)/s,
    () => paragraph,
  )
  await writeFile(comparison, told)
}

function say(section: string): void {
  report.push(section)
  console.log(`\n${section}`)
}

async function packages(all: readonly Variant[]): Promise<string[]> {
  const names = new Set(all.flatMap((each) => each.package ?? []))
  const text = await readFile(new URL('package.json', import.meta.url), 'utf8')
  const { devDependencies } = JSON.parse(text) as { devDependencies: Record<string, string> }
  return [...names].map((name) => `${name} ${devDependencies[name]}`)
}

/** Picks by a list of names; all when it is empty. */
function pick<T>(all: readonly T[], names: string, nameOf: (each: T) => string): readonly T[] {
  if (names === '') return all
  const wanted = names.split(',')
  const unknown = wanted.filter((name) => !all.some((each) => nameOf(each) === name))
  if (unknown.length > 0) throw new Error(`unknown: ${unknown}. There are ${all.map(nameOf)}`)
  return all.filter((each) => wanted.includes(nameOf(each)))
}
