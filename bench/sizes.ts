import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { bundle } from './bundle.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What a part adds to a Worker. */
export interface Size {
  readonly name: string
  /** Bytes, minified. */
  readonly minified: number
  /** Bytes, minified and gzipped. */
  readonly gzipped: number
}

const parts = {
  'codecs/pyramid': 'src/session/codecs/pyramid.ts',
  'stores/memory': 'src/session/stores/memory.ts',
  'stores/kv': 'src/session/stores/kv.ts',
  'stores/d1': 'src/session/stores/d1.ts',
  'stores/deno-kv': 'src/session/stores/deno-kv.ts',
  'stores/durable-object': 'src/session/stores/durable-object.ts',
  'stores/redis': 'src/session/stores/redis.ts',
  'stores/sql': 'bench/sql.ts',
}

/**
 * Measures the library without hono, of the parts that are imported by path what they add to it, and
 * the whole site as it is deployed.
 */
export async function sizes(): Promise<Size[]> {
  const isHono = (id: string) => id.startsWith('hono')
  const alone = await bundle('bench/alone.ts', { minify: true, isExternal: isHono })
  const core = await bundle('bench/core.ts', { minify: true, isExternal: isHono })
  const all = await bundle('src/session/index.ts', { minify: true, isExternal: isHono })
  const isKnown = (id: string) => isHono(id) || all.moduleIds.includes(id)
  const found = [
    sizeOf('session()', alone.code),
    sizeOf('session() and csrf()', core.code),
    sizeOf('all of index.ts', all.code),
  ]
  for (const [name, path] of Object.entries(parts)) {
    const options = { minify: true, isExternal: isKnown }
    found.push(sizeOf(name, (await bundle(path, options)).code))
  }
  found.push(await added('device', core.code))
  found.push(sizeOf('the site, with hono', await site()))
  return found
}

/**
 * What a part adds to an app that has the core. It takes so much of the core that by itself it would
 * consist of imports to a fifth.
 */
async function added(name: string, core: string): Promise<Size> {
  const isExternal = (id: string) => id.startsWith('hono')
  const both = await bundle(`bench/with-${name}.ts`, { minify: true, isExternal })
  const [one, two] = [sizeOf(name, core), sizeOf(name, both.code)]
  return { name, minified: two.minified - one.minified, gzipped: two.gzipped - one.gzipped }
}

function sizeOf(name: string, code: string): Size {
  return { name, minified: Buffer.byteLength(code), gzipped: gzipSync(code, { level: 9 }).length }
}

/** Bundles the site's Worker as `npm run deploy` does. */
export async function site(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'edge-session-site-'))
  try {
    const wrangler = join(root, 'node_modules/.bin/wrangler')
    const flags = ['--dry-run', '--minify', '--outdir', directory, '--env-file', 'wrangler.env']
    await promisify(execFile)(wrangler, ['deploy', ...flags], { cwd: root })
    return await readFile(join(directory, 'index.js'), 'utf8')
  } finally {
    await rm(directory, { recursive: true })
  }
}
