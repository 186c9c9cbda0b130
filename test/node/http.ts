import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** What is served: a Hono app. */
interface App {
  fetch(request: Request): Response | Promise<Response>
}

/** Serves an app by Node's own server, on a free port of this machine. */
export async function serveByNode(app: App) {
  const server = createServer(async (incoming, outgoing) => {
    const response = await app.fetch(requestOf(incoming))
    outgoing.writeHead(response.status, [...response.headers].flat())
    if (response.body) await pipeline(response.body, outgoing).catch(() => undefined)
    else outgoing.end()
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    request: (path: string, init?: RequestInit) => fetch(`http://localhost:${port}${path}`, init),
    close: () => server.close().closeAllConnections(),
  }
}

function requestOf(incoming: IncomingMessage): Request {
  const { method = 'GET', url = '/', headers } = incoming
  const init: RequestInit & { duplex: 'half' } = {
    method,
    headers: Object.entries(headers as Record<string, string>),
    duplex: 'half',
  }
  if (!['GET', 'HEAD'].includes(method)) {
    init.body = Readable.toWeb(incoming) as ReadableStream<Uint8Array>
  }
  return new Request(new URL(url, `http://${headers.host}`), init)
}
