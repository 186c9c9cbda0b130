// Builds the package: dist/ from src/session.

import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { rolldown } from 'rolldown'
import { entries, type Manifest, readJson } from './deno-manifest.ts'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')
const sources = entries(readJson<Manifest>('package.json')).map(([, source]) => source)

/** Compiles twice: of the declarations, only those that users see keep their documentation. */
async function main(): Promise<void> {
  rmSync(dist, { recursive: true, force: true })
  tsc()
  const documented = publicDeclarations()
  tsc('--removeComments')
  for (const [file, text] of documented) writeFileSync(file, text)
  dropUnusedImports()
  removeUnreachable([...documented.keys()])
  format()
  await bundle()
}

function tsc(...options: string[]): void {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const flags = ['-p', 'tsconfig.build.json', ...options]
  execFileSync(process.execPath, [compiler, ...flags], { cwd: root, stdio: 'inherit' })
}

/** Reads the declarations of the entries, and of what they export from elsewhere. */
function publicDeclarations(): Map<string, string> {
  const names = sources.map((source) =>
    join(dist, source.replace('./src/session/', '').replace(/\.tsx?$/, '.d.ts')),
  )
  const files = new Set(names)
  for (const file of files) {
    for (const exported of importsOf(file, /^export [^;]*?from ['"](\.[^'"]+)/gm))
      files.add(exported)
  }
  return new Map([...files].map((file) => [file, readFileSync(file, 'utf8')]))
}

const importLine = /^import (type )?\{(.*)\} (from .*)\n/gm

/** Drops imports that only internal declarations needed, which tsc has left out. */
function dropUnusedImports(): void {
  for (const path of globSync('**/*.d.ts', { cwd: dist })) {
    const file = join(dist, path)
    const text = readFileSync(file, 'utf8')
    const used = text.replaceAll(/^import .*$/gm, '').replaceAll(/\/\*.*?\*\//gs, '')
    const kept = text.replaceAll(importLine, (_, type = '', names: string, from: string) => {
      const words = names.split(',').map((name) => name.trim())
      const isUsed = (word: string) => new RegExp(`\\b${word.replace('type ', '')}\\b`).test(used)
      const needed = words.filter(isUsed).join(', ')
      return needed === '' ? '' : `import ${type}{ ${needed} } ${from}\n`
    })
    if (kept !== text) writeFileSync(file, kept)
  }
}

/** Removes declarations that those of no entry lead to: they cannot be imported. */
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

/**
 * Puts the modules of each entry together, and what entries share into chunks, without comments and
 * white space. Functions and classes keep their names, for readers of a stack trace.
 */
async function bundle(): Promise<void> {
  const names = sources.map((source) => source.replace('./src/session/', '').replace(/\.tsx?$/, ''))
  const input = Object.fromEntries(names.map((name) => [name, join(dist, `${name}.js`)]))
  const keepNames = { function: true, class: true }
  const mangle = { toplevel: true, keepNames }
  const bundled = await rolldown({ input, external: /^(hono|cloudflare:)/, plugins: [flatStyles] })
  const { output } = await bundled.generate({
    minify: { mangle, compress: { keepNames }, codegen: true },
    chunkFileNames: 'chunks/[name].js',
  })
  for (const path of globSync('**/*.js', { cwd: dist })) rmSync(join(dist, path))
  mkdirSync(join(dist, 'chunks'))
  for (const { fileName, ...file } of output) {
    if (file.type === 'chunk') writeFileSync(join(dist, fileName), file.code)
  }
}

/** Takes the indentation out of style sheets, which are templates that no minifier touches. */
const flatStyles = {
  name: 'flat-styles',
  transform: {
    filter: { id: /inspector\/[\w-]*style\.js$/ },
    handler: (code: string) => code.replaceAll(/\n\s+/g, '\n'),
  },
}

/** Indents declarations with tabs instead of the four spaces of tsc. */
function format(): void {
  const flags = ['--write', '--log-level=warn', '--vcs-use-ignore-file=false', '--indent-style=tab']
  const biome = join(root, 'node_modules/.bin/biome')
  const files = globSync('**/*.d.ts', { cwd: dist }).map((path) => join('dist', path))
  execFileSync(biome, ['format', ...flags, ...files], { cwd: root, stdio: 'inherit' })
}

await main()
