import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { bundle } from './bundle.ts'
import { migrate } from './migrate.ts'
import { at, type Place, type Places, placesOf } from './place.ts'

/** Two Workers of the same code in workerd; the second uses the first one's objects, database and KV. */
export async function startWorkerd(): Promise<Places> {
  const code = await bundle(new URL('worker.ts', import.meta.url))
  const workers = [worker('first', code), worker('second', code)]
  const miniflare = new Miniflare(convertV4MiniflareOptions({ cf: false, workers }))
  try {
    await miniflare.ready
    await migrate(await miniflare.getD1Database('SESSIONS_DB', 'first'))
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
