import fc from 'fast-check'
import { start } from './door.ts'

/** The idle timeout and the absolute lifetime, in seconds. */
export const timeout = 1200
export const lifetime = 28_800

/** An age in seconds, often at the limit of a rule. */
const age = fc.oneof(
  fc.constantFrom(0, 1, timeout - 1, timeout, timeout + 1, lifetime, lifetime + 1, -59, -60, -61),
  fc.integer({ min: -100, max: lifetime + 100 }),
  fc.double({ min: -100, max: timeout, noNaN: true }),
)
const odd = [
  'null',
  'true',
  '"1700000000"',
  '[]',
  '{}',
  '[1700000000]',
  '-1',
  '-0',
  '0',
  '1e400',
  '-1e400',
]
const odder = ['1e-400', '01', '+1', '0x1', 'NaN', 'Infinity', '-Infinity', '"x"', '""', '', '17e8']
const stamp = fc.oneof(
  { weight: 12, arbitrary: age.map((seconds) => String(start - seconds)) },
  { weight: 1, arbitrary: fc.constantFrom(...odd, ...odder) },
)

const names = ['__proto__', 'constructor', 'toString', 'then', 'toJSON', 'length', '', '0', '-1']
const reserved = ['_f_', '_f_error', '_f', '_csrft_', '_csrft', '_f___proto__']
const key = fc.oneof(
  fc.constantFrom(...names, ...reserved),
  fc.string({ unit: 'binary', maxLength: 8 }),
)
const depth = fc.nat(150)
const value = fc.oneof(
  { weight: 8, arbitrary: fc.json({ maxDepth: 2 }) },
  {
    weight: 2,
    arbitrary: fc.array(fc.json({ maxDepth: 1 }), { maxLength: 3 }).map((all) => `[${all}]`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('1e400', '[1e400]', '"\\ud800"', '-0', '9007199254740993'),
  },
  { weight: 1, arbitrary: depth.map((levels) => '['.repeat(levels) + 1 + ']'.repeat(levels)) },
  { weight: 1, arbitrary: depth.map((levels) => '{"a":'.repeat(levels) + 1 + '}'.repeat(levels)) },
)
const object = fc
  .array(fc.tuple(key, value), { maxLength: 4 })
  .map((members) => `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`)}}`)
const data = fc.oneof(
  { weight: 12, arbitrary: object },
  { weight: 1, arbitrary: fc.oneof(value, fc.constantFrom('[]', 'null', '"{}"', '[{}]', '')) },
)

const parts = fc.oneof(
  { weight: 12, arbitrary: fc.tuple(stamp, stamp, data) },
  { weight: 1, arbitrary: fc.array(fc.oneof(stamp, data), { maxLength: 5 }) },
)
const space = fc.constantFrom(...Array(20).fill(''), ' ', '\n\t', '\u00a0')
const whole = fc
  .tuple(parts, space)
  .map(([all, between]) => `${between}[${all.join(`,${between}`)}]${between}`)

/** Strings that are a payload, or nearly. */
export const payloads = fc
  .oneof(
    { weight: 30, arbitrary: whole },
    { weight: 1, arbitrary: fc.tuple(whole, fc.nat(400)).map(([text, end]) => text.slice(0, end)) },
    { weight: 1, arbitrary: fc.tuple(whole, fc.string()).map(([text, more]) => text + more) },
    { weight: 1, arbitrary: fc.tuple(whole, fc.nat(60), fc.string()).map(replaceOne) },
    {
      weight: 1,
      arbitrary: fc.oneof(
        fc.json(),
        fc.string(),
        whole.map((text) => `\ufeff${text}`),
      ),
    },
  )
  .map((text) => text.toWellFormed())
  .filter((text) => text.length <= 1500) // a cookie holds it, as Pyramid spells it, too

function replaceOne([text, place, more]: [string, number, string]): string {
  return text.slice(0, place) + more + text.slice(place + 1)
}
