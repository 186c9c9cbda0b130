/** What all variants that need one have: 32 random-looking bytes, hex. */
export const secret = '9b1c7f0e4d2a6853c0fe19a7b4d86e2f5a3c90d1e7b2486f0c5d9e8a1b3f7264'

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
  readonly cookie: string
  readonly times: number
}

const env: Env = { SESSION_SECRET: secret }

/**
 * Makes of an app what every runtime can serve. `POST /loop` has it answer the same request many
 * times, without a network; whoever asks takes the time, since in workerd clocks stand still.
 */
export function host(app: App) {
  return {
    async fetch(request: Request): Promise<Response> {
      if (request.method !== 'POST') return app.fetch(request, env)
      const { path, cookie, times } = (await request.json()) as Loop
      const url = `http://127.0.0.1${path}`
      const init = { headers: { Cookie: cookie } }
      for (let i = 0; i < times; i++) await app.fetch(new Request(url, init), env)
      return new Response()
    },
  }
}
