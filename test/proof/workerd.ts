import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { build, type Rolldown } from 'vite'
import { at, type Place, type Places, placesOf } from './place.ts'

const root = new URL('../../', import.meta.url)

/** Two Workers of the same code in workerd; the second uses the first one's objects, database and KV. */
export async function startWorkerd(): Promise<Places> {
  const code = await bundle()
  const workers = [worker('first', code), worker('second', code)]
  const miniflare = new Miniflare(convertV4MiniflareOptions({ cf: false, workers }))
  try {
    await miniflare.ready
    const database = await miniflare.getD1Database('SESSIONS_DB', 'first')
    const migration = await readFile(new URL('migrations/0001_sessions.sql', root), 'utf8')
    const statements = migration.replaceAll(/--.*/g, '').split(';')
    for (const each of statements) if (each.trim()) await database.prepare(each).run()
    const first = (await miniflare.unsafeGetDirectURL('first')).origin
    const second = (await miniflare.unsafeGetDirectURL('second')).origin
    return { places: placesAt(first, second), stop: () => miniflare.dispose() }
  } catch (error) {
    await miniflare.dispose()
    throw error
  }
}

function placesAt(first: string, second: string): Place[] {
  const both = (path: string) => [at(first + path), at(second + path)] as const
  return [
    ...placesOf('Durable Objects', both('/durable-object'), 'Workers'),
    ...placesOf('D1', both('/d1'), 'Workers'),
    ...placesOf('KV', [at(`${first}/kv`)], 'Workers', false),
    ...placesOf('cookie', [at(`${first}/cookie`)], 'Workers', false),
  ]
}

function worker(name: 'first' | 'second', contents: string) {
  const ours = { className: 'SessionObject', useSQLite: true }
  return {
    name,
    modules: [{ type: 'ESModule' as const, path: 'worker.js', contents }],
    compatibilityDate: '2026-10-23',
    kvNamespaces: { SESSIONS_KV: 'sessions' },
    d1Databases: { SESSIONS_DB: 'sessions' },
    durableObjects: { SESSIONS: name === 'first' ? ours : { ...ours, scriptName: 'first' } },
    unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
  }
}

async function bundle(): Promise<string> {
  const built = await build({
    root: fileURLToPath(root),
    configFile: false,
    logLevel: 'error',
    ssr: { target: 'webworker', noExternal: true },
    build: {
      ssr: fileURLToPath(new URL('worker.ts', import.meta.url)),
      write: false,
      rolldownOptions: { external: [/^cloudflare:/] },
    },
  })
  const [{ output }] = [built].flat() as [Rolldown.RolldownOutput]
  return output[0].code
}
