/** What all variants that need one have: bytes in hex, which nobody should copy from here. */
export const secret = Array.from({ length: 32 }, (_, i) => ((i * 89 + 7) % 256).toString(16))
  .map((byte) => byte.padStart(2, '0'))
  .join('')

/** The bindings of each request. */
export interface Env {
  SESSION_SECRET: string
}

/** An app of Hono's, whatever its routes and variables. */
interface App {
  fetch(request: Request, env: Env): Response | Promise<Response>
}

/** What is to be repeated. */
export interface Loop {
  readonly path: string
  /** The `Cookie` headers of the visitors, who take turns. */
  readonly cookies: readonly string[]
  readonly times: number
}

const env: Env = { SESSION_SECRET: secret }

/**
 * Makes of an app what every runtime can serve. `POST /loop` has it answer the same request many
 * times, without a network; whoever asks takes the time, since in workerd clocks stand still.
 */
export function host(app: App) {
  // Visitors go on where the last loop ended: none comes back before all others have come.
  let visits = 0
  return {
    async fetch(request: Request): Promise<Response> {
      if (request.method !== 'POST') return app.fetch(request, env)
      const { path, cookies, times } = (await request.json()) as Loop
      const url = `http://127.0.0.1${path}`
      const inits = cookies.map((Cookie) => ({ headers: { Cookie } }))
      let response = new Response()
      for (let i = 0; i < times; i++) {
        response = await app.fetch(new Request(url, inits[visits++ % inits.length]), env)
      }
      return response
    },
  }
}
