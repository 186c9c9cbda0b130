import assert from 'node:assert/strict'
import fc from 'fast-check'
import { findCookies } from '../../src/session/cookie/cookie.ts'
import { sealSession } from '../../src/session/testing.ts'
import { cookieName, dataOf, door, isHeaderText, secret } from './door.ts'
import { mutants } from './mutations.ts'
import { type Outcome, type Target, target } from './target.ts'

const names = [cookieName, 'session', `x${cookieName}`, `${cookieName}x`, '__host-session', 'a', '']
const separators = [
  '; ',
  ';',
  ';;',
  '; \t',
  ' ;',
  ', ',
  ',',
  ' ',
  '\t',
  ';\u00a0',
  ';\u2003',
  ';\f',
  '"',
]

/** Makes the target that looks for the session's cookie among others. */
export async function cookieHeaderTarget(): Promise<Target> {
  const made = new Map<string, string>()
  for (const data of [{ user: 'mary' }, { user: 'john' }]) {
    const pair = await sealSession(data, { secret })
    made.set(pair.slice(`${cookieName}=`.length), dataOf(Object.entries(data)))
  }
  const send = door({ secret })

  async function attempt(header: string): Promise<Outcome> {
    assert.deepEqual(findCookies(header, `${cookieName}=`), valuesIn(header))
    const values = valuesIn(header.replace(/^[\t ]+|[\t ]+$/g, ''))
    const expected = outcomeOf(values, made)
    if (!isHeaderText(header)) return expected
    const { reason, isNew, data, sent } = await send(header)
    assert.equal(reason ?? (values.length > 0 ? 'accepted' : 'absent'), expected)
    assert.equal(isNew, expected !== 'accepted')
    assert.equal(data, expected === 'accepted' ? made.get(values[0] ?? '') : '[]')
    assert.deepEqual(sent, [])
    return expected
  }

  const outcomes = ['accepted', 'absent', 'duplicate', 'forged'] as const
  return target('cookie header', outcomes, headersWith([...made.keys()]), attempt)
}

function headersWith(tokens: string[]): fc.Arbitrary<string> {
  const pair = fc.tuple(
    fc.oneof(fc.constant(cookieName), fc.constantFrom(...names)),
    fc.constantFrom('=', '=', '=', ' =', '= ', '==', ''),
    fc.oneof(fc.constantFrom(...tokens, 'x', ''), mutants(tokens)),
    fc.oneof(fc.constant('; '), fc.constantFrom(...separators)),
  )
  const start = fc.constantFrom('', '', '', ' ', '; ', ',', 'x', '\u00a0', '\ufeff')
  return fc
    .tuple(start, fc.array(pair, { maxLength: 4 }))
    .map(([first, pairs]) => first + pairs.flat().join(''))
}

/** Finds the expected values by parsing the whole header. */
function valuesIn(header: string): string[] {
  return header
    .split(';')
    .map((pair) => pair.replace(/^[\t ]+/, ''))
    .filter((pair) => pair.startsWith(`${cookieName}=`))
    .map((pair) => pair.slice(cookieName.length + 1))
}

function outcomeOf([value, second]: string[], made: ReadonlyMap<string, string>): Outcome {
  if (value === undefined) return 'absent'
  if (second !== undefined) return 'duplicate'
  return made.has(value) ? 'accepted' : 'forged'
}
