/**
 * Reads base64url as Python does, which Pyramid's reader relies on: `=` and the characters of plain
 * base64 are let through, others are skipped, unused bits ignored. The padding it asks for comes from
 * the length of the text as it is, so that one stray character spoils it and four do not.
 *
 * @returns The bytes, or `null` if Python refuses the string.
 * @see https://github.com/python/cpython/blob/3.11/Modules/binascii.c `a2b_base64`, not strict
 */
export function decodePythonBase64(text: string): Uint8Array<ArrayBuffer> | null {
  const padded = text + '='.repeat(-text.length & 3)
  let data = ''
  let pads = 0
  for (const character of padded) {
    const place = data.length % 4
    if (character === '=') {
      pads += place >= 2 ? 1 : 0
      if (place >= 2 && place + pads >= 4) return fromBase64(data)
    } else if (/[\w+/-]/.test(character)) {
      data += character
      pads = 0
    }
  }
  return data.length % 4 === 0 ? fromBase64(data) : null
}

function fromBase64(data: string): Uint8Array<ArrayBuffer> {
  const text = atob(data.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

/**
 * Counts the characters that Python's `json.dumps` takes for a payload: a space after each separator,
 * six for what is not ASCII, and the time of creation as a float.
 *
 * @see https://docs.python.org/3/library/json.html#json.dumps `ensure_ascii`
 */
export function pythonLength(payload: string): number {
  const spelled = payload
    .replace(/"(?:[^"\\]|\\.)*"|[,:]\s*|e-(?=\d\b)/g, pythonSpelling)
    .replace(/^(\[\d+, \d+)(?=, )/, '$1.0')
  return spelled.length + 5 * spelled.replace(/[ -~]/g, '').length
}

function pythonSpelling(part: string): string {
  if (part.startsWith('"')) return part
  return part === 'e-' ? 'e-0' : `${part[0]} ` // exponents have two digits
}

/**
 * Rewrites a Pyramid payload as the JSON of RFC 8259.
 *
 * `NaN` and `Infinity`, which Python writes for numbers that JSON has no word for, become `null`. What
 * Pyramid makes of a stamp or a state that another program wrote is kept too: a number as text is that
 * number, an empty list is no data.
 */
export function toStandardJson(payload: string): string {
  const text = payload.replace(/"(?:[^"\\]|\\.)*"|-?(?:NaN|Infinity)/g, (match) =>
    match.startsWith('"') ? match : 'null',
  )
  let parts: unknown
  try {
    parts = JSON.parse(text)
  } catch {
    return text // no session, as in Pyramid
  }
  if (!Array.isArray(parts) || parts.length !== 3) return text
  const [renewed, created, data] = parts
  const isEmptyList = Array.isArray(data) && data.length === 0
  if (typeof renewed !== 'string' && typeof created !== 'string' && !isEmptyList) return text
  return JSON.stringify([toNumber(renewed), toNumber(created), isEmptyList ? {} : data])
}

function toNumber(stamp: unknown): unknown {
  return typeof stamp === 'string' && stamp.trim() !== '' ? Number(stamp) : stamp
}
