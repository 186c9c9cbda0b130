import { toUtf8 } from './utf8.ts'

const minBytes = 32

const cure = 'Make one with: openssl rand -base64 32'

/** Texts that stand in documentation and are therefore known to everyone. */
const samples = [
  'itsaseekreet', // Pyramid's tutorial
  'keyboard cat', // express-session's README
  'complex_password_at_least_32_characters_long', // iron-session's README
  'changeme',
  'password',
  'secret',
  'replace-me-with-32-random-bytes-or-more', // people's .env.example
]

/**
 * Checks secrets, newest first, without ever telling one.
 *
 * @throws {TypeError} When one is missing, short or known.
 */
export function checkSecrets(secret: unknown): readonly string[] {
  const secrets = typeof secret === 'string' ? [secret] : secret
  if (secrets === undefined || secrets === null) refuse('is missing')
  if (!Array.isArray(secrets)) refuse('is neither a text nor a list of texts')
  if (secrets.length === 0) refuse('is an empty list')
  for (const each of secrets) check(each)
  return secrets
}

function check(secret: unknown): void {
  if (secret === undefined || secret === '') refuse('is missing')
  if (typeof secret !== 'string') refuse('is not a text')
  const bytes = toUtf8(secret).length
  if (bytes < minBytes) refuse(`has ${bytes} bytes, fewer than ${minBytes}`)
  if (isSample(secret)) refuse('is a known sample or one character repeated')
}

/** Tells whether a secret is a sample, or one character, over and over. */
function isSample(secret: string): boolean {
  const text = normalize(secret)
  const [character = ''] = text
  return [character, ...samples.map(normalize)].some(
    (unit) => unit.repeat(Math.ceil(text.length / unit.length)).slice(0, text.length) === text,
  )
}

function normalize(text: string): string {
  return text.toLowerCase().replace(/[\s_-]/g, '')
}

function refuse(problem: string): never {
  throw new TypeError(`session(): secret ${problem}. ${cure}`)
}
