import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundle } from './bundle.ts'
import { clockOf, tellsCpu } from './clock.ts'
import { median } from './measure.ts'
import { startCopies } from './runtimes/workerd.ts'
import { site } from './sizes.ts'

/** Milliseconds of computing that a Worker's start takes. */
export interface Startup {
  readonly name: string
  readonly milliseconds: number
}

/** Isolates that a process loads: the first one also pays for what they share. */
const copies = 10

/** Measures the top-level evaluation of Workers, over that of an empty one; on Linux only. */
export async function startups(directory: string, rounds: number): Promise<Startup[]> {
  if (!tellsCpu) return []
  const workers = {
    empty: 'export default {}',
    bare: (await bundle('bench/variants/bare.ts', { minify: true })).code,
    ours: (await bundle('bench/variants/ours.ts', { minify: true })).code,
    site: await site(),
  }
  const files = Object.keys(workers) as (keyof typeof workers)[]
  const times = new Map(files.map((file) => [file, [] as number[]]))
  for (const file of files) await writeFile(join(directory, `start-${file}.js`), workers[file])
  for (let round = 0; round < rounds; round++) {
    for (const file of files) {
      const { pid, stop } = await startCopies(directory, `start-${file}`, copies)
      times.get(file)?.push(clockOf([pid])())
      await stop()
    }
  }
  const over = (file: keyof typeof workers) =>
    (median(times.get(file) ?? []) - median(times.get('empty') ?? [])) / copies
  return [
    { name: 'bare Hono', milliseconds: over('bare') },
    { name: 'Hono with this library', milliseconds: over('ours') },
    { name: 'the site', milliseconds: over('site') },
  ]
}
