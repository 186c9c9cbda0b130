import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { root, run } from './consumer.ts'

/** What `npm pack` says of a tarball. */
export interface Packed {
  readonly filename: string
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}

declare module 'vitest' {
  export interface ProvidedContext {
    tarball: string
    packed: Packed
  }
}

/** Builds and packs the package once, for all tests. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'edge-session-tarball-'))
  const built = await run(root, 'npm', 'run', 'build')
  if (built.code !== 0) throw new Error(built.output)
  const { output } = await run(
    root,
    'npm',
    'pack',
    '--json',
    '--ignore-scripts',
    '--pack-destination',
    directory,
  )
  const [packed] = JSON.parse(output) as [Packed]
  provide('packed', packed)
  provide('tarball', join(directory, packed.filename))
  return () => rm(directory, { recursive: true, force: true })
}
