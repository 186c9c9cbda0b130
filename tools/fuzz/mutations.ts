import fc from 'fast-check'
import { decodeBase64url, encodeBase64url } from '../../src/session/codecs/base64url.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Digits, and characters that cookies, URLs, browsers or Python treat specially. */
const character = fc.constantFrom(
  ...alphabet,
  ...'=+/.~!%, ";\\\t\u0001\u007f\u00a0\u00e9\u0141\ud800',
)

/** Where to edit: anywhere, at an end, or where the parts of our tokens meet. */
const place = fc.oneof(fc.nat(4095), fc.constantFrom(0, 1, 16, -1, -2, -3, -4, -22, -43, -44, -45))

const length = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 60 }))

type Edit = (text: string) => string

/**
 * Makes tokens that resemble those of the server: each is one of the given tokens with a few edits
 * that a forger might make, or none. Some are something else entirely.
 */
export function mutants(tokens: readonly string[]): fc.Arbitrary<string> {
  const token = fc.constantFrom(...tokens)
  const edits = fc.oneof(
    { weight: 1, arbitrary: fc.constant<Edit[]>([]) },
    { weight: 6, arbitrary: fc.array(editWith(token), { minLength: 1, maxLength: 3 }) },
  )
  const edited = fc
    .tuple(token, edits)
    .map(([text, made]) => made.reduce((before, edit) => edit(before), text))
  const other = fc.oneof(fc.string({ unit: character, maxLength: 200 }), fc.string())
  return fc.oneof({ weight: 20, arbitrary: edited }, { weight: 1, arbitrary: other })
}

function editWith(token: fc.Arbitrary<string>): fc.Arbitrary<Edit> {
  return fc.oneof(
    // Replaces, flips a bit, inserts, takes out, repeats.
    fc.tuple(place, character).map(([p, other]) => put(p, 1, () => other)),
    fc.tuple(place, fc.nat(6)).map(([p, bit]) => put(p, 1, (each) => flip(each, bit))),
    fc
      .tuple(place, fc.string({ unit: character, maxLength: 5 }))
      .map(([p, s]) => put(p, 0, () => s)),
    fc.tuple(place, length).map(([p, size]) => put(p, size, () => '')),
    fc.tuple(place, length).map(([p, size]) => put(p, size, (part) => part + part)),
    fc.tuple(fc.integer({ min: 1, max: 3 }), fc.boolean()).map(fillBits),
    // Continues as another token, or takes a part of it.
    fc.tuple(place, token).map(([p, other]) => splice(p, other)),
    fc.tuple(token, fc.boolean()).map(([other, head]) => exchange(other, head)),
    { weight: 3, arbitrary: fc.constantFrom(...spellings) },
    fc.tuple(place, length).map(([p, size]) => put(p, size, percentEncode)),
    fc.constantFrom(...forgeries).map(forge),
  )
}

function at(text: string, place: number): number {
  const places = text.length + 1
  return ((place % places) + places) % places
}

function put(place: number, size: number, replace: (part: string) => string): Edit {
  return (text) => {
    const from = at(text, place)
    return text.slice(0, from) + replace(text.slice(from, from + size)) + text.slice(from + size)
  }
}

function flip(each: string, bit: number): string {
  return each && String.fromCharCode(each.charCodeAt(0) ^ (1 << bit))
}

function splice(place: number, other: string): Edit {
  return (text) => text.slice(0, at(text, place)) + other.slice(at(text, place))
}

/** Puts one token's payload before another's signature. */
function exchange(other: string, head: boolean): Edit {
  const [otherHead = '', otherTail = ''] = other.split('.')
  return (text) => {
    const [ownHead = '', ownTail = ''] = text.split('.')
    return head ? `${otherHead}.${ownTail}` : `${ownHead}.${otherTail}`
  }
}

/** Sets the unused bits of the last digit of a token, or of its first part. */
function fillBits([bits, first]: [number, boolean]): Edit {
  return (text) =>
    text.replace(first ? /[\w-](?=\.)/ : /[\w-]$/, (digit) => {
      return alphabet[alphabet.indexOf(digit) ^ bits] ?? ''
    })
}

/** Other spellings of a token, which only a lenient decoder accepts. */
const spellings: Edit[] = [
  (text) => `${text}=`,
  (text) => `${text}==`,
  (text) => text.replace('.', '=.'),
  (text) => text.replaceAll('-', '+').replaceAll('_', '/'),
  (text) => text.replace(/[-_]/, (digit) => (digit === '-' ? '+' : '/')),
  (text) => text.toLowerCase(),
  (text) => text.toUpperCase(),
  (text) => `"${text}"`,
  (text) => ` ${text}`,
  (text) => `${text} `,
  (text) => text.replace('.', ''),
  (text) => text.replace('.', '..'),
  (text) => text.replace('.', '%2E'),
  (text) => `.${text}`,
  (text) => `${text}.`,
  (text) => `${text}${text}`,
  (text) => `${text}.${text}`,
  (text) => encodeBase64url(new TextEncoder().encode(text)),
  (text) => percentEncode(text),
  (text) => [...text].reverse().join(''),
  (text) => text.repeat(40),
  (text) => text.split('.')[0] ?? '',
  (text) => `.${text.split('.')[1]}`,
  (text) => text.replace(/\..*/, `.${'A'.repeat(43)}`),
]

function percentEncode(text: string): string {
  return text.replaceAll(/[ -~]/g, (each) => `%${each.charCodeAt(0).toString(16)}`)
}

/** Payloads that an attacker would like to forge. */
const forgeries: Edit[] = [
  (payload) => payload.replace(/\d/, '2'),
  (payload) => payload.replace('{', '{"admin":true,'),
  (payload) => payload.replace('user', 'User'),
  (payload) => `${payload} `,
  (payload) => payload.slice(0, -1),
  () => '[1700000000,1700000000,{"admin":true}]',
]

/** Rewrites a payload under the signature of the old one. */
function forge(edit: Edit): Edit {
  return (text) => {
    const [head = '', ...rest] = text.split('.')
    const bytes = decodeBase64url(head)
    if (bytes === null) return text
    // One character per byte, so that bytes that are no text survive.
    const payload = edit(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    const forged = Uint8Array.from(payload, (each) => each.charCodeAt(0))
    return [encodeBase64url(forged), ...rest].join('.')
  }
}
