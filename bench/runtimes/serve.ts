// Serves a bundle in Node, Deno or Bun, each by its usual means, and prints the port.
import { pathToFileURL } from 'node:url'

type Fetch = (request: Request) => Promise<Response>

interface Globals {
  Deno?: {
    serve(
      options: { hostname: string; port: number; onListen(at: { port: number }): void },
      fetch: Fetch,
    ): void
  }
  Bun?: { serve(options: { hostname: string; port: number; fetch: Fetch }): { port: number } }
}

const { Bun, Deno } = globalThis as Globals
const hostname = '127.0.0.1'
const { fetch }: { fetch: Fetch } = (await import(pathToFileURL(process.argv[2] ?? '').href))
  .default

if (Bun) {
  console.log(Bun.serve({ hostname, port: 0, fetch }).port)
} else if (Deno) {
  Deno.serve({ hostname, port: 0, onListen: ({ port }) => console.log(port) }, fetch)
} else {
  const { serve } = await import('@hono/node-server')
  serve({ hostname, port: 0, fetch }, ({ port }) => console.log(port))
}
