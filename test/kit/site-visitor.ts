import { browser } from '../../src/session/testing.ts'

/** What `browser()` takes: an app, or something that answers like one. */
export type Site = Parameters<typeof browser>[0]

/** A visitor of a site with pages, who reads them and fills in their forms. */
export function createSiteVisitor(site: Site, bindings?: object) {
  const jar = browser(site, bindings)
  /** The text of a page. */
  const read = async (path: string) => (await jar.get(path)).text()
  /** The number that the counter of a page shows. */
  const count = async (path = '/') => Number(/Count: (\d+)/.exec(await read(path))?.[1])
  /** The CSRF token in the forms of a page. */
  const token = async (page: string) =>
    /name="csrf_token" value="([^"]+)"/.exec(await read(page))?.[1] ?? ''
  /** Sends a form of a page with its CSRF token, and follows the redirect. */
  async function submit(page: string, action: string, fields: Record<string, string> = {}) {
    const answer = await jar.post(action, { ...fields, csrf_token: await token(page) })
    const location = answer.headers.get('Location')
    return { answer, page: location === null ? '' : await read(location) }
  }
  return {
    ...jar,
    get setCookies() {
      return jar.setCookies
    },
    read,
    count,
    token,
    submit,
  }
}

/** A visitor of what a server serves at this URL. Follows no redirect. */
export function createVisitorOf(url: string) {
  return createSiteVisitor({
    request: (path, init) => fetch(url + path, { redirect: 'manual', ...init }),
  })
}
