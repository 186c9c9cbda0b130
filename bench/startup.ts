import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundle } from './bundle.ts'
import { clockOf, tellsCpu } from './clock.ts'
import { median } from './measure.ts'
import { runtime } from './runtimes/workerd.ts'
import { site } from './sizes.ts'

/** Milliseconds of computing that a Worker's start takes. */
export interface Startup {
  readonly name: string
  readonly milliseconds: number
}

/** Measures the top-level evaluation of Workers, over that of an empty one; on Linux only. */
export async function startups(directory: string, rounds: number): Promise<Startup[]> {
  if (!tellsCpu) return []
  const ours = await bundle('bench/variants/ours.ts', { minify: true })
  const bare = await bundle('bench/variants/bare.ts', { minify: true })
  const workers = {
    empty: 'export default {}',
    bare: bare.code,
    ours: ours.code,
    site: await site(),
  }
  const files = Object.keys(workers) as (keyof typeof workers)[]
  const times = new Map(files.map((file) => [file, [] as number[]]))
  for (const file of files) await writeFile(join(directory, `start-${file}.js`), workers[file])
  for (let round = 0; round < rounds; round++) {
    for (const file of files) {
      const serving = await runtime.serve(directory, [`start-${file}`])
      for (const { pid } of serving.addresses.values()) times.get(file)?.push(clockOf([pid])())
      await serving.stop()
    }
  }
  const over = (file: keyof typeof workers) =>
    median(times.get(file) ?? []) - median(times.get('empty') ?? [])
  return [
    { name: 'bare Hono', milliseconds: over('bare') },
    { name: 'Hono with this library', milliseconds: over('ours') },
    { name: 'the site', milliseconds: over('site') },
  ]
}
