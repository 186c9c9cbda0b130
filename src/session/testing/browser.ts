import { type FieldValue, fillIn, findForm, type Submission } from './fill.ts'
import { type Form, formsIn } from './forms.ts'

/** What `browser()` needs of a Hono app. */
export interface BrowserApp {
  /** Hono's own `app.request()`. */
  request(path: string, init?: RequestInit, env?: object): Response | Promise<Response>
}

/** A browser that visits one host, as `browser()` makes it. */
export interface Browser {
  /** The cookies it has, by their whole names, such as `__Host-session`. Tests may plant or steal them. */
  readonly cookies: Map<string, string>
  /** The `Set-Cookie` lines of the last response. */
  readonly setCookies: readonly string[]
  /** Sends a `GET` request. It follows no redirect. */
  get(path: string, init?: RequestInit): Promise<Response>
  /** Sends a form, as it is given. It follows no redirect. */
  post(path: string, form?: Record<string, string>, init?: RequestInit): Promise<Response>
  /** Sends a request. A `Cookie` header in `init` replaces the browser's cookies. */
  request(path: string, init?: RequestInit): Promise<Response>
  /**
   * Fetches a page, finds a form in it, fills it in, presses its first button or the one that `fields`
   * names, and sends it as a browser does: with its hidden fields, `Origin` and `Sec-Fetch-Site`. It
   * follows redirects, at most 20 and never to another origin.
   *
   * @param fields - The values by name; lists fill several controls of one name, or choose several.
   * @returns The last response.
   * @throws {Error} When there is no such form, field or choice, or there are too many redirects.
   */
  submit(
    path: string,
    fields?: Record<string, FieldValue>,
    options?: { readonly form?: string },
  ): Promise<Response>
}

/** Where Hono's `app.request()` puts a path. */
const origin = 'http://localhost'

const maxRedirects = 20

/**
 * Makes a browser that visits one host, for the tests of an app: it keeps the cookies of a response
 * and sends them from then on.
 *
 * @param env - The app's bindings.
 *
 * @example
 * ```ts
 * const visitor = browser(app, env)
 * const response = await visitor.submit('/cart', { item: 'tea' })
 * expect(await response.text()).toContain('tea')
 * ```
 */
export function browser(app: BrowserApp, env?: object): Browser {
  const cookies = new Map<string, string>()
  let setCookies: string[] = []

  async function request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    const pairs = [...cookies].map(([name, value]) => `${name}=${value}`)
    if (pairs.length > 0 && !headers.has('Cookie')) headers.set('Cookie', pairs.join('; '))
    const response = await app.request(path, { ...init, headers }, env)
    setCookies = response.headers.getSetCookie()
    for (const line of setCookies) keepCookie(cookies, line)
    return response
  }

  return {
    cookies,
    get setCookies() {
      return setCookies
    },
    get: (path, init) => request(path, init),
    post: (path, form = {}, init) =>
      request(path, { method: 'POST', body: new URLSearchParams(form), ...init }),
    request,
    async submit(path, fields = {}, options = {}) {
      const start = { url: new URL(path, origin), init: { headers: { 'Sec-Fetch-Site': 'none' } } }
      const page = await follow(request, start)
      const names = Object.keys(fields)
      const where = `${page.url.pathname} (${page.response.status})`
      const forms = formsIn(await page.response.text())
      const form = findForm(forms, { which: options.form, fields: names, page: where })
      const submission = requestOf(form, fillIn(form, fields), page.url)
      if (submission.url.origin !== page.url.origin) {
        throw new Error(`submit(): the form goes to another origin: ${submission.url.origin}`)
      }
      return (await follow(request, submission)).response
    },
  }
}

interface Navigation {
  readonly url: URL
  readonly init: RequestInit
}

/** Sends a request, and those that redirects lead to. */
async function follow(
  send: Browser['request'],
  { url, init }: Navigation,
): Promise<{ url: URL; response: Response }> {
  let [at, sent] = [url, init]
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const response = await send(pathOf(at), sent)
    const location = response.headers.get('Location')
    if (location === null || ![301, 302, 303, 307, 308].includes(response.status)) {
      return { url: at, response }
    }
    const next = new URL(location, at)
    if (next.origin !== at.origin) {
      throw new Error(`submit(): ${at.pathname} redirects to another origin: ${next.origin}`)
    }
    if (response.status < 307 && sent.method === 'POST') sent = { headers: navigation(at) }
    at = next
  }
  throw new Error(`submit(): ${url.pathname} redirects more than ${maxRedirects} times`)
}

function pathOf(url: URL): string {
  return url.origin === origin ? url.pathname + url.search : url.href
}

/** The request that a browser makes of a form. */
function requestOf(form: Form, { entries, button }: Submission, page: URL): Navigation {
  const attribute = (name: string) =>
    button?.attributes.get(`form${name}`) ?? form.attributes.get(name) ?? ''
  const url = new URL(attribute('action') || page.href, page)
  if (attribute('method').toLowerCase() !== 'post') {
    url.search = new URLSearchParams(texts(entries)).toString()
    return { url, init: { headers: navigation(page) } }
  }
  const isMultipart = attribute('enctype').toLowerCase() === 'multipart/form-data'
  const body = isMultipart ? formData(entries) : new URLSearchParams(texts(entries))
  const headers = { ...navigation(page), Origin: page.origin }
  return { url, init: { method: 'POST', body, headers } }
}

/** Headers of a navigation from a page of the same origin. */
function navigation(page: URL): Record<string, string> {
  return {
    Referer: page.href,
    'Sec-Fetch-Dest': 'document',
    'Sec-Fetch-Mode': 'navigate',
    'Sec-Fetch-Site': 'same-origin',
    'Sec-Fetch-User': '?1',
  }
}

/** Outside of multipart forms browsers send the name of a file. */
function texts(entries: Submission['entries']): string[][] {
  return entries.map(([name, value]) => [name, typeof value === 'string' ? value : value.name])
}

function formData(entries: Submission['entries']): FormData {
  const data = new FormData()
  for (const [name, value] of entries) data.append(name, value as string)
  return data
}

function keepCookie(cookies: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(/; */)
  const equals = pair.indexOf('=')
  const name = pair.slice(0, equals)
  const value = pair.slice(equals + 1)
  if (name.length + value.length > 4096) return
  if (/^__(host|secure)-/i.test(name) && !attributes.includes('Secure')) return
  if (attributes.includes('Max-Age=0')) cookies.delete(name)
  else cookies.set(name, value)
}
