import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { bundle } from '../serve/bundle.ts'
import type { Kind } from './app.ts'

/** Seconds that a bound cookie lives here: Chromium is told not to mind. */
export const ttl = 4

/** `app.ts`, served by workerd over TLS. */
export interface Site {
  readonly port: string
  stop(): Promise<void>
}

/** Serves the site on a free port of this machine, with a certificate of its own. */
export async function startSite(kind: Kind): Promise<Site> {
  const contents = await bundle(new URL('app.ts', import.meta.url))
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      https: true,
      host: '127.0.0.1',
      port: 0,
      modules: [{ type: 'ESModule', path: 'worker.js', contents }],
      compatibilityDate: '2026-10-23',
      bindings: { KIND: kind, TTL: ttl },
    }),
  )
  const { port } = await miniflare.ready
  return { port, stop: () => miniflare.dispose() }
}
