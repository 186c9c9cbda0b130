/** What a browser sees of a page: its tags and the text between them. */
export type Token =
  | { readonly type: 'open'; readonly name: string; readonly attributes: Map<string, string> }
  | { readonly type: 'close'; readonly name: string }
  | { readonly type: 'text'; readonly text: string }

/** Elements whose content is text, whatever it looks like. */
const rawText = ['script', 'style', 'textarea', 'title']

const tagPattern =
  /<!--.*?-->|<![^>]*>|<(\/?)([a-z][^\s/>]*)((?:\s*[^\s"'<>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]*))?|\s*\/)*)\s*>/gis

const attributePattern = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]*)))?/g

/** Splits a page into tokens. It does not parse all HTML: the pages of an app under test close their tags. */
export function tokenize(html: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  tagPattern.lastIndex = 0
  for (let match = tagPattern.exec(html); match; match = tagPattern.exec(html)) {
    addText(tokens, html.slice(at, match.index))
    at = tagPattern.lastIndex
    const [, slash, tag, attributes = ''] = match
    if (tag === undefined) continue
    const name = tag.toLowerCase()
    if (slash) {
      tokens.push({ type: 'close', name })
      continue
    }
    tokens.push({ type: 'open', name, attributes: attributesIn(attributes) })
    if (!rawText.includes(name)) continue
    const end = html.slice(at).search(new RegExp(`</${name}[\\s/>]`, 'i'))
    addText(tokens, html.slice(at, end < 0 ? undefined : at + end))
    at = end < 0 ? html.length : at + end
    tagPattern.lastIndex = at
  }
  addText(tokens, html.slice(at))
  return tokens
}

function addText(tokens: Token[], text: string): void {
  if (text !== '') tokens.push({ type: 'text', text: decodeEntities(text) })
}

/** The first attribute of a name counts. */
function attributesIn(text: string): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const [, name = '', double, single, bare] of text.matchAll(attributePattern)) {
    const key = name.toLowerCase()
    if (!attributes.has(key)) attributes.set(key, decodeEntities(double ?? single ?? bare ?? ''))
  }
  return attributes
}

const entities: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return entities[name] ?? whole
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd'
  })
}
