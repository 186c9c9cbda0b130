// Builds the package: dist/ from src/session.

import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { entries, type Manifest, readJson } from './deno-manifest.ts'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

/**
 * Compiles twice: what ships has no comments, which are two fifths of the size, but for the
 * declarations that users see, which keep their documentation.
 */
function main(): void {
  rmSync(dist, { recursive: true, force: true })
  tsc()
  const documented = publicDeclarations()
  tsc('--removeComments')
  for (const [file, text] of documented) writeFileSync(file, text)
  removeUnreachable([...documented.keys()])
  format()
}

function tsc(...options: string[]): void {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  run(process.execPath, compiler, '-p', 'tsconfig.build.json', ...options)
}

/** Reads the declarations of the entries, and of what index.ts exports again. */
function publicDeclarations(): Map<string, string> {
  const names = entries(readJson<Manifest>('package.json')).map(([, source]) =>
    join(dist, source.replace('./src/session/', '').replace(/\.tsx?$/, '.d.ts')),
  )
  const files = new Set([...names, ...importsOf(join(dist, 'index.d.ts'))])
  return new Map([...files].map((file) => [file, readFileSync(file, 'utf8')]))
}

/** Removes declarations that those of no entry lead to: nobody can import what they declare. */
function removeUnreachable(files: readonly string[]): void {
  const reachable = new Set(files)
  for (const file of reachable) {
    for (const imported of importsOf(file)) reachable.add(imported)
  }
  for (const path of globSync('**/*.d.ts', { cwd: dist })) {
    const file = join(dist, path)
    if (!reachable.has(file)) rmSync(file)
  }
}

function importsOf(file: string): string[] {
  const code = readFileSync(file, 'utf8').replaceAll(/\/\*.*?\*\//gs, '')
  const paths = [...code.matchAll(/(?:from |import\()['"](\.[^'"]+)/g)].map(([, path = '']) => path)
  return paths.map((path) => join(dirname(file), path.replace(/\.tsx?$/, '.d.ts')))
}

/** Indents with tabs instead of the four spaces of tsc. */
function format(): void {
  const flags = ['--write', '--log-level=warn', '--vcs-use-ignore-file=false', '--indent-style=tab']
  run(join(root, 'node_modules/.bin/biome'), 'format', ...flags, 'dist')
}

function run(file: string, ...flags: string[]): void {
  execFileSync(file, flags, { cwd: root, stdio: 'inherit' })
}

main()
