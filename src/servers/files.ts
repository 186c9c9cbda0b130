import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getMimeType } from 'hono/utils/mime'

type Rule = [path: RegExp, headers: [name: string, value: string | null][]]

/** Serves what is in a directory, with the headers that its `_headers` gives, as Cloudflare does. */
export function publicFiles(directory: string): (request: Request) => Promise<Response | null> {
  const rules = rulesOf(readFileSync(join(directory, '_headers'), 'utf8'))
  const names = readdirSync(directory).filter((name) => !name.startsWith('_'))
  return async ({ method, url }) => {
    const { pathname } = new URL(url)
    const name = names.find((each) => pathname === `/${each}`)
    if (!name) return null
    if (!['GET', 'HEAD'].includes(method)) {
      return new Response(null, { status: 405, headers: { Allow: 'GET, HEAD' } })
    }
    const body = method === 'HEAD' ? null : readFileSync(join(directory, name))
    return new Response(body, { headers: headersOf(rules, pathname) })
  }
}

/** https://developers.cloudflare.com/workers/static-assets/headers/ */
function rulesOf(text: string): Rule[] {
  const rules: Rule[] = []
  for (const line of text.split('\n')) {
    const [, isIndented, words = ''] = /^(\s*)(.*?)\s*$/.exec(line) ?? []
    if (words === '' || words.startsWith('#')) continue
    if (!isIndented) rules.push([patternOf(words), []])
    else rules.at(-1)?.[1].push(headerOf(words))
  }
  return rules
}

function patternOf(path: string): RegExp {
  const literal = path.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${literal.join('.*')}$`)
}

/** `Name: value` adds a header; `! Name` removes what an earlier rule added. */
function headerOf(words: string): [name: string, value: string | null] {
  if (words.startsWith('!')) return [words.slice(1).trim(), null]
  const colon = words.indexOf(':')
  return [words.slice(0, colon), words.slice(colon + 1).trim()]
}

function headersOf(rules: readonly Rule[], path: string): Headers {
  const headers = new Headers({ 'Content-Type': getMimeType(path) ?? 'application/octet-stream' })
  for (const [pattern, list] of rules) {
    if (!pattern.test(path)) continue
    for (const [name, value] of list)
      value === null ? headers.delete(name) : headers.append(name, value)
  }
  return headers
}
