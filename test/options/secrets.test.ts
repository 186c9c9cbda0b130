import { afterEach, describe, expect, it, vi } from 'vitest'
import { type SessionOptions, session } from '../../src/session/index.ts'
import { secret } from '../kit/tokens.ts'

/** What a JavaScript caller may pass, including what TypeScript would refuse. */
function make(options: Record<string, unknown>) {
  return () => session(options as unknown as SessionOptions)
}

afterEach(() => {
  vi.restoreAllMocks()
})

const hexRow = Array.from({ length: 32 }, (_, i) => i.toString(16).padStart(2, '0')).join('')

describe('secret', () => {
  const cure = 'Make one with: openssl rand -base64 32'

  it.each<[string, unknown, string]>([
    ['none', undefined, 'secret is missing'],
    ['null', null, 'secret is'],
    ['an empty one', '', 'secret is missing'],
    ['an empty list', [], 'secret is an empty list'],
    ['a list with an empty one', [secret, ''], 'secret is missing'],
    ['a list whose first is none', [undefined, secret], 'secret is missing'],
    ['a list with null', [secret, null], 'secret is missing'],
    ['a number', 42, 'secret is not a string'],
    ['bytes', new Uint8Array(32), 'secret is not a string'],
    ['a list with a number', [secret, 42], 'secret is not a string'],
    ['31 bytes', 'q8Zk2vRt5yLw9xNc3mHd7jPb4sGf6aT', 'secret has 31 bytes, fewer than 32'],
    ['a short one behind a good one', [secret, 'hunter2'], 'secret has 7 bytes, fewer than 32'],
    ['white space', ' '.repeat(40), 'secret is guessable'],
    ['one character repeated', 'a'.repeat(64), 'secret is guessable'],
    ['a unit repeated', 'q8Zk2vRt5yLw9xNc'.repeat(3), 'secret is guessable'],
    ['a counting row of digits', '1234567890'.repeat(4), 'secret is guessable'],
    ['a counting row of letters', 'abcdefghijklmnopqrstuvwxyz012345', 'secret is guessable'],
    ['a counting row of bytes in hex', hexRow, 'secret is guessable'],
    ['numbers that count', '1234567891011121314151617181920212223', 'secret is guessable'],
    ['one emoji repeated', '🍪'.repeat(16), 'secret is guessable'],
    ...[
      'complex_password_at_least_32_characters_long',
      'COMPLEX_password_at_least_32_characters_LONG',
      ' complex_password_at_least_32_characters_long\n',
      'itsaseekreetitsaseekreetitsaseekreet',
      'keyboard catkeyboard catkeyboard cat',
      'itsaseekreet itsaseekreet itsaseekreet',
      'keyboard-cat_keyboard cat keyboard cat',
      'secretsecretsecretsecretsecretsecret',
      'passwordpasswordpasswordpassword',
      'changemechangemechangemechangemech',
      'replace-me-with-32-random-bytes-or-more',
      'a secret that only the tests know',
    ].map((sample): [string, string, string] => [
      `the sample ${JSON.stringify(sample)}`,
      sample,
      'secret is guessable',
    ]),
  ])('is refused with a cure, and is not shown: %s', (_, given, problem) => {
    expect(make({ secret: given })).toThrow(TypeError)
    expect(make({ secret: given })).toThrow(`session(): ${problem}`)
    expect(make({ secret: given })).toThrow(cure)
    for (const text of [given].flat()) {
      if (typeof text === 'string' && text.trim()) expect(make({ secret: given })).not.toThrow(text)
    }
  })

  it.each(['itsaseekreet', 'keyboard cat', 'secret', 'changeme'])(
    'is refused if it is the sample "%s"',
    (sample) => {
      expect(make({ secret: sample })).toThrow('session(): secret ')
    },
  )

  it('is accepted from 32 bytes of UTF-8 on', () => {
    expect(make({ secret: 'q8Zk2vRt5yLw9xNc3mHd7jPb4sGf6aTe' })).not.toThrow()
    expect(make({ secret: 'éàüöçñßøåîêëïôûý' })).not.toThrow()
    expect(make({ secret: 'éàüöçñßøåîêëïôû!' })).toThrow('has 31 bytes')
  })
})
