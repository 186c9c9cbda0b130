/**
 * Bytes of name and value together that browsers keep; they silently drop a longer cookie.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-5.6
 */
export const maxCookieBytes = 4096

/**
 * Seconds that browsers keep a cookie at most: 400 days.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-5.5
 */
export const maxCookieAge = 34_560_000

/**
 * Finds the values of the cookies of one name, exactly as they were sent.
 *
 * `getCookie` hides duplicates, unquotes and decodes, but a session has one spelling. Only spaces and
 * tabs may stand before a name: to trim more would let a name that starts with another kind of space,
 * which any subdomain can set, pass for a `__Host-` name.
 *
 * @param header - The `Cookie` header. A second header line is joined to it by a comma, which is
 * legal inside a value and therefore starts no pair.
 * @param pair - How a pair of this name begins: the name and `=`.
 */
export function findCookies(header: string, pair: string): string[] {
  const found: string[] = []
  for (let at = header.indexOf(pair); at >= 0; at = header.indexOf(pair, at + pair.length)) {
    if (!startsPair(header, at)) continue
    const semicolon = header.indexOf(';', at)
    found.push(header.slice(at + pair.length, semicolon < 0 ? undefined : semicolon))
  }
  return found
}

function startsPair(header: string, at: number): boolean {
  let before = at - 1
  while (header[before] === ' ' || header[before] === '\t') before--
  return before < 0 || header[before] === ';'
}

/** What makes two cookies the same to a browser. */
export interface Scope {
  /** With its prefix. */
  readonly name: string
  readonly path: string
  /** Empty: the host alone. */
  readonly domain: string
}

/**
 * What `Set-Cookie` lines do to a cookie: the last one of the same name, path and domain counts.
 *
 * @param requestPath - The default of a cookie's path is a part of it.
 * @see https://www.rfc-editor.org/rfc/rfc6265#section-5.3
 */
export function setsCookie(
  lines: string[],
  scope: Scope,
  requestPath: string,
): 'free' | 'set' | 'removed' {
  const line = lines.findLast(
    (each) => nameOf(each) === scope.name && isIn(scope, each, requestPath),
  )
  if (line === undefined) return 'free'
  return isRemoval(line) ? 'removed' : 'set'
}

function isIn({ path, domain }: Scope, line: string, requestPath: string): boolean {
  const given = attribute(line, 'path')
  const theirPath = given?.startsWith('/') ? given : defaultPath(requestPath)
  return theirPath === path && host(attribute(line, 'domain') ?? '') === host(domain)
}

function nameOf(line: string): string {
  return line.slice(0, line.indexOf('=')).trim()
}

function isRemoval(line: string): boolean {
  const maxAge = attribute(line, 'max-age')
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return Number(maxAge) <= 0
  const expires = attribute(line, 'expires')
  return expires !== undefined && Date.parse(expires) <= Date.now()
}

/** The value of an attribute, whose name is given in lower case; the last one counts. */
function attribute(line: string, name: string): string | undefined {
  const pairs = line
    .split(';')
    .slice(1)
    .map((pair) => pair.trim())
  const found = pairs.findLast((pair) => pair.toLowerCase().startsWith(`${name}=`))
  return found?.slice(name.length + 1).trim()
}

// https://www.rfc-editor.org/rfc/rfc6265#section-5.1.4
function defaultPath(requestPath: string): string {
  return requestPath.slice(0, requestPath.lastIndexOf('/')) || '/'
}

function host(domain: string): string {
  return domain.replace(/^\./, '').toLowerCase()
}
