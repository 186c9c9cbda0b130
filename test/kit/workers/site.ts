import { env } from 'cloudflare:workers'
import { createApp } from '../../../src/app/app.tsx'
import { browser } from '../../../src/session/testing.ts'

/** A visitor of the site, who fills in its forms. */
export function visitor(app = createApp(), bindings: object = env) {
  const jar = browser(app, bindings)
  /** The text of a page. */
  const read = async (path: string) => (await jar.get(path)).text()
  /** The number that the counter shows at a page. */
  const count = async (path: string) => countOf(await read(path))
  /** The CSRF token of a page's forms. */
  const token = async (page: string) => tokenOf(await read(page))
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

function countOf(page: string): number {
  return Number(/<p>Count: (\d+)<\/p>/.exec(page)?.[1])
}

function tokenOf(page: string): string {
  return /name="csrf_token" value="([^"]+)"/.exec(page)?.[1] ?? ''
}
