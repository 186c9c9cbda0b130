import { afterEach, describe, expect, it, vi } from 'vitest'
import { type SessionOptions, session } from '../../src/session/index.ts'
import { secret } from '../kit/tokens.ts'

/** What a JavaScript caller may give; what TypeScript would refuse is part of it. */
function make(options: Record<string, unknown>) {
  return () => session(options as unknown as SessionOptions)
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('secret', () => {
  const cure = 'Make one with: openssl rand -base64 32'

  it.each<[string, unknown, string]>([
    ['none', undefined, 'secret is missing'],
    ['null', null, 'secret is'],
    ['an empty one', '', 'secret is missing'],
    ['an empty list', [], 'secret is an empty list'],
    ['a list with an empty one', [secret, ''], 'secret is missing'],
    ['a list with none', [secret, undefined], 'secret is missing'],
    ['a list with null', [secret, null], 'secret is not a text'],
    ['a number', 42, 'secret is neither a text nor a list of texts'],
    ['bytes', new Uint8Array(32), 'secret is neither a text nor a list of texts'],
    ['a list with a number', [secret, 42], 'secret is not a text'],
    ['31 bytes', 'abcdefghijklmnopqrstuvwxyz01234', 'secret has 31 bytes, fewer than 32'],
    ['a short one behind a good one', [secret, 'hunter2'], 'secret has 7 bytes, fewer than 32'],
    ['white space', ' '.repeat(40), 'secret is a known sample or one character repeated'],
    [
      'one character repeated',
      'a'.repeat(64),
      'secret is a known sample or one character repeated',
    ],
    ['one emoji repeated', '🍪'.repeat(16), 'secret is a known sample or one character repeated'],
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
    ].map((sample): [string, string, string] => [
      `the sample ${JSON.stringify(sample)}`,
      sample,
      'secret is a known sample',
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
    expect(make({ secret: 'abcdefghijklmnopqrstuvwxyz012345' })).not.toThrow()
    expect(make({ secret: 'éàüöçñßøåîéàüöçñ' })).not.toThrow()
    expect(make({ secret: 'éàüöçñßøåîéàüöç!' })).toThrow('has 31 bytes')
  })
})
