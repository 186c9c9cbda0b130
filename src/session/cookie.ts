/**
 * Bytes of name and value together that browsers keep; they drop a longer cookie without a word.
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
