/** What `browser()` needs of a Hono app. */
interface App {
  request(path: string, init?: RequestInit, env?: object): Response | Promise<Response>
}

/** A browser that visits one host: it keeps the cookies of a response and sends them from then on. */
export function browser(app: App, env?: object) {
  const cookies = new Map<string, string>()
  const visitor = {
    /** The cookies it has, by the names they go by on the wire. Tests may plant or steal them. */
    cookies,
    /** The `Set-Cookie` lines of the last response. */
    setCookies: [] as string[],
    get: (path: string, init?: RequestInit) => visitor.request(path, init),
    post: (path: string, form: Record<string, string> = {}, init?: RequestInit) =>
      visitor.request(path, { method: 'POST', body: new URLSearchParams(form), ...init }),
    /** Sends a request. Redirects are not followed, and a `Cookie` header in `init` stands. */
    async request(path: string, init: RequestInit = {}): Promise<Response> {
      const headers = new Headers(init.headers)
      const pairs = [...cookies].map(([name, value]) => `${name}=${value}`)
      if (pairs.length > 0 && !headers.has('Cookie')) headers.set('Cookie', pairs.join('; '))
      const response = await app.request(path, { ...init, headers }, env)
      visitor.setCookies = response.headers.getSetCookie()
      for (const line of visitor.setCookies) keep(cookies, line)
      return response
    },
  }
  return visitor
}

function keep(cookies: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(/; */)
  const equals = pair.indexOf('=')
  const name = pair.slice(0, equals)
  const value = pair.slice(equals + 1)
  if (name.length + value.length > 4096) return
  if (/^__(host|secure)-/i.test(name) && !attributes.includes('Secure')) return
  if (attributes.includes('Max-Age=0')) cookies.delete(name)
  else cookies.set(name, value)
}
