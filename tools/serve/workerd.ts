import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { bundle } from './bundle.ts'
import { migrate } from './migrate.ts'

/** Workers of the same code in one workerd. */
export interface Workers {
  /** The origin of each Worker. */
  readonly origins: readonly string[]
  stop(): Promise<void>
}

/**
 * Serves `worker.ts` as Workers that share one database, one KV namespace and the Durable Objects of
 * the first.
 *
 * @param log - Called with each message that workerd logs.
 */
export async function startWorkers(
  [first, ...others]: readonly [string, ...string[]],
  log?: (message: string) => void,
): Promise<Workers> {
  const code = await bundle(new URL('worker.ts', import.meta.url))
  const workers = [worker(first, code), ...others.map((name) => worker(name, code, first))]
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      workers,
      ...(log && { handleStructuredLogs: ({ message }) => log(message) }),
    }),
  )
  const stop = () => miniflare.dispose()
  try {
    await miniflare.ready
    await migrate(await miniflare.getD1Database('SESSIONS_DB', first))
    // The direct URLs: the proxy that miniflare puts before a Worker takes longer than the Worker.
    const urls = [first, ...others].map((name) => miniflare.unsafeGetDirectURL(name))
    return { origins: (await Promise.all(urls)).map(({ origin }) => origin), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function worker(name: string, contents: string, objectsOf?: string) {
  const objects = { className: 'SessionObject', useSQLite: true }
  return {
    name,
    modules: [{ type: 'ESModule' as const, path: 'worker.js', contents }],
    compatibilityDate: '2026-10-23',
    kvNamespaces: { SESSIONS_KV: 'sessions' },
    d1Databases: { SESSIONS_DB: 'sessions' },
    durableObjects: { SESSIONS: objectsOf ? { ...objects, scriptName: objectsOf } : objects },
    unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
  }
}
