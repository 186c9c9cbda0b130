import { browser } from '../../../src/session/testing.ts'

/** A visitor of what `startServer()` serves, with cookies of its own. */
export function visitorOf(url: string) {
  const request = (path: string, init?: RequestInit) =>
    fetch(url + path, { redirect: 'manual', ...init })
  const jar = browser({ request })
  return {
    ...jar,
    get setCookies() {
      return jar.setCookies
    },
    /** The number that a page counts to. */
    async count(path = '/'): Promise<number> {
      const page = await (await jar.get(path)).text()
      return Number(/Count: (\d+)/.exec(page)?.[1])
    },
  }
}
