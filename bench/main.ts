// Measures this library beside its limits and its peers.
// npm run bench -- --runtime workerd,node --scenario read,count --variant ours,limit --rounds 40
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundle } from './bundle.ts'
import { measure } from './measure.ts'
import { type Measured, notes, spread, table } from './report.ts'
import type { Runtime } from './runtimes/runtime.ts'
import { headline, scenarios } from './scenarios.ts'
import { variants } from './variants/index.ts'
import { differenceOf } from './visitor.ts'

const { values } = parseArgs({
  options: {
    runtime: { type: 'string', default: 'workerd,node,deno,bun' },
    scenario: { type: 'string', default: '' },
    variant: { type: 'string', default: '' },
    rounds: { type: 'string', default: '' },
    quick: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds || (values.quick ? 21 : 41))
const chosen = {
  variants: pick(variants, values.variant, ({ file }) => file),
  scenarios: pick(
    values.quick ? scenarios.filter(({ name }) => headline.includes(name)) : scenarios,
    values.scenario,
    ({ name }) => name,
  ),
}

const directory = await mkdtemp(join(tmpdir(), 'edge-session-bench-'))
try {
  await bundle(
    chosen.variants.map(({ file }) => file),
    directory,
  )
  for (const name of values.runtime.split(',')) {
    const { runtime } = (await import(`./runtimes/${name}.ts`)) as { runtime: Runtime }
    await run(runtime)
  }
} finally {
  await rm(directory, { recursive: true })
}

async function run(runtime: Runtime): Promise<void> {
  const version = runtime.version()
  if (version === undefined) return console.log(`${runtime.name} is not here: skipped`)
  console.log(`\n${runtime.name} ${version}`)
  const files = chosen.variants.map(({ file }) => file)
  const serving = await runtime.serve(directory, files)
  try {
    for (const suffix of ['', '-sealed']) {
      const [ours, limit] = [`ours${suffix}`, `limit${suffix}`].map(
        (file) => serving.addresses.get(file)?.url,
      )
      if (!ours || !limit) continue
      const difference = await differenceOf(ours, limit, suffix !== '')
      if (difference) console.log(`ours${suffix} and limit${suffix} differ:\n${difference}`)
    }
    const measured: Measured[] = []
    for (const scenario of chosen.scenarios) {
      const results = await measure(serving, chosen.variants, scenario, rounds)
      measured.push({ scenario, results })
    }
    console.log(table(chosen.variants, measured))
    console.log(`\n${spread(chosen.variants, measured)}`)
    for (const note of notes(measured)) console.log(`– ${note}`)
  } finally {
    await serving.stop()
  }
}

/** Picks by a list of names; all when it is empty. */
function pick<T>(all: readonly T[], names: string, nameOf: (each: T) => string): readonly T[] {
  if (names === '') return all
  const wanted = names.split(',')
  const unknown = wanted.filter((name) => !all.some((each) => nameOf(each) === name))
  if (unknown.length > 0) throw new Error(`unknown: ${unknown}. There are ${all.map(nameOf)}`)
  return all.filter((each) => wanted.includes(nameOf(each)))
}
