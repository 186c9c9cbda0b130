// Builds the package: dist/ from src/session.

import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { minifySync } from 'rolldown/utils'
import { entries, type Manifest, readJson } from './deno-manifest.ts'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

/** Compiles twice: of the declarations, only those that users see keep their documentation. */
function main(): void {
  rmSync(dist, { recursive: true, force: true })
  tsc()
  const documented = publicDeclarations()
  tsc('--removeComments')
  for (const [file, text] of documented) writeFileSync(file, text)
  removeUnreachable([...documented.keys()])
  minify()
}

function tsc(...options: string[]): void {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const flags = ['-p', 'tsconfig.build.json', ...options]
  execFileSync(process.execPath, [compiler, ...flags], { cwd: root, stdio: 'inherit' })
}

/** Reads the declarations of the entries, and of what they export from elsewhere. */
function publicDeclarations(): Map<string, string> {
  const names = entries(readJson<Manifest>('package.json')).map(([, source]) =>
    join(dist, source.replace('./src/session/', '').replace(/\.tsx?$/, '.d.ts')),
  )
  const files = new Set(names)
  for (const file of files) {
    for (const exported of importsOf(file, /^export [^;]*?from ['"](\.[^'"]+)/gm))
      files.add(exported)
  }
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

function importsOf(file: string, pattern = /(?:from |import\()['"](\.[^'"]+)/g): string[] {
  const code = readFileSync(file, 'utf8').replaceAll(/\/\*.*?\*\//gs, '')
  const paths = [...code.matchAll(pattern)].map(([, path = '']) => path)
  return paths.map((path) => join(dirname(file), path.replace(/\.tsx?$/, '.d.ts')))
}

/** Makes the modules small, and leaves functions and classes their names for whoever reads a stack. */
function minify(): void {
  const keepNames = { function: true, class: true }
  for (const path of globSync('**/*.js', { cwd: dist })) {
    const file = join(dist, path)
    const { code, errors } = minifySync(path, readFileSync(file, 'utf8'), {
      module: true,
      mangle: { toplevel: true, keepNames },
      compress: { target: 'es2022', keepNames },
    })
    if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`)
    writeFileSync(file, code)
  }
}

main()
