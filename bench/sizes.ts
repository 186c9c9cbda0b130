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

const parts = [
  'codecs/pyramid',
  'stores/memory',
  'stores/kv',
  'stores/d1',
  'stores/durable-object',
  'stores/redis',
  'stores/sql',
  'device',
]

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
  for (const part of parts) {
    const options = { minify: true, isExternal: isKnown }
    found.push(sizeOf(part, (await bundle(`src/session/${part}.ts`, options)).code))
  }
  found.push(sizeOf('the site, with hono', await site()))
  return found
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
