import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const root = join(import.meta.dirname, '../..')
const imported =
  /(?:^|[\s;])(?:import|export)\s[^'"`;]*?['"]([^'"\n]+)['"]|import\(['"]([^'"]+)['"]\)/g

/** Globals of Workers alone, and tests that say where they run. */
const workersOnly = /\bWebSocketPair\b|\bcaches\.default\b|\bin workerd\b/

/** What only one runtime has, and the site, which has tests of its own. */
const bound = /^(cloudflare:|node:|bun:|bun$|@cloudflare\/|wrangler|miniflare)|\?raw$/

/**
 * Finds the tests of the library that any runtime can run: those in which no import, of their own or
 * of what they import, leads to one runtime or to the site.
 *
 * @returns Paths from the root of the repository.
 */
export function neutralTests(): string[] {
  const neutral = new Map<string, boolean>()
  const files = globSync('test/**/*.test.{ts,tsx}', { cwd: root })
  return files
    .filter((file) => !/^test\/(browser|docs|node|package|readme)\//.test(file))
    .filter((file) => !workersOnly.test(readFileSync(join(root, file), 'utf8')))
    .filter((file) => isNeutral(join(root, file), neutral))
    .toSorted()
}

function isNeutral(file: string, known: Map<string, boolean>): boolean {
  const found = known.get(file)
  if (found !== undefined) return found
  known.set(file, true) // for a cycle
  const answer =
    !relative(root, file).startsWith('src/app') &&
    importsOf(file).every(
      (path) =>
        !bound.test(path) && (!path.startsWith('.') || isNeutral(resolve(file, path), known)),
    )
  known.set(file, answer)
  return answer
}

function importsOf(file: string): string[] {
  if (!/\.tsx?$/.test(file)) return []
  return [...readFileSync(file, 'utf8').matchAll(imported)].map(([, a, b]) => a ?? b ?? '')
}

function resolve(from: string, path: string): string {
  const base = join(dirname(from), path)
  const candidates = [base, `${base}.ts`, `${base}.tsx`, join(base, 'index.ts')]
  return candidates.find((each) => /\.\w+$/.test(each) && existsSync(each)) ?? base
}
