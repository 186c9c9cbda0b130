// Writes into deno.json what package.json says already: name, version, exports and the range of Hono.
// package.json is the one place to add an entry. With --check it writes nothing and fails if they differ.

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/** The part of package.json that is read here. */
export interface Manifest {
  name: string
  version: string
  license: string
  repository: { url: string }
  exports: Record<string, string>
  peerDependencies: { hono: string }
}

const root = new URL('../', import.meta.url)

/** Reads a JSON file of the project. */
export function readJson<Content>(path: string): Content {
  return JSON.parse(readFileSync(new URL(path, root), 'utf8'))
}

/** The modules of the package: from the name that users import to the source file. */
export function entries(manifest: Manifest): [name: string, source: string][] {
  const built = Object.entries(manifest.exports).filter(([, file]) => file.startsWith('./dist/'))
  return built.map(([name, file]) => [name, sourceOf(file)])
}

/** Who owns the repository: on JSR the scope of the package. */
export function ownerOf({ repository }: Manifest): string {
  return /github\.com\/([^/]+)\//.exec(repository.url)?.[1] ?? 'your-name'
}

function sourceOf(built: string): string {
  const path = built.replace('./dist/', './src/session/').replace(/\.js$/, '')
  return existsSync(new URL(`${path}.tsx`, root)) ? `${path}.tsx` : `${path}.ts`
}

function updated(text: string): string {
  const manifest = readJson<Manifest>('package.json')
  const { name, version, license, peerDependencies } = manifest
  const { name: _name, version: _version, license: _license, ...rest } = JSON.parse(text)
  const deno = {
    name: `@${ownerOf(manifest)}/${name}`,
    version,
    license,
    ...rest,
    exports: Object.fromEntries(entries(manifest)),
    imports: { ...rest.imports, hono: `npm:hono@${peerDependencies.hono}` },
  }
  return `${JSON.stringify(deno, null, 2)}\n`
}

function main(): void {
  const file = new URL('deno.json', root)
  const before = readFileSync(file, 'utf8')
  const after = updated(before)
  if (JSON.stringify(JSON.parse(before)) === JSON.stringify(JSON.parse(after))) return
  if (process.argv.includes('--check')) {
    throw new Error('deno.json differs from package.json: run npm run build')
  }
  writeFileSync(file, after)
  execFileSync('npx', ['biome', 'format', '--write', 'deno.json'], { cwd: root })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main()
