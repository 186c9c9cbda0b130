import type { SecretSource } from '../codecs/keys.ts'
import { toUtf8 } from '../codecs/utf8.ts'
import type { Secret } from './options.ts'

const minBytes = 32

const cure = 'Make one with: openssl rand -base64 32'

/** Milliseconds without activity after which a request that asked for a secret counts as gone. */
const staleAfter = 500

/** Secrets that were published, in documentation or in this repository, and so are known to everyone. */
const samples = [
  'itsaseekreet', // Pyramid's tutorial
  'keyboard cat', // express-session's README
  'complex_password_at_least_32_characters_long', // iron-session's README
  'password_at_least_32_characters_long', // hono_sessions' README
  'a secret with minimum length of 32 characters', // @fastify/session's README
  'averylogphrasebiggerthanthirtytwochars', // @fastify/secure-session's README
  '80d42cfb-1cd2-462c-8f17-e3237d9027e9', // h3's documentation
  'changeme',
  'password',
  'secret',
  'replace-me-with-32-random-bytes-or-more', // people's .env.example
  'only-these-tests-know-this-secret',
  'another-secret-that-only-tests-know',
  'a secret that only the tests know',
].map(normalize)

/**
 * Checks secrets, newest first, without ever quoting one. Functions are checked when they answer.
 *
 * @throws {TypeError} When one is missing, short or guessable.
 */
export function checkSecrets(secret: unknown): readonly SecretSource[] {
  const [first, ...older] = Array.isArray(secret) ? secret : [secret]
  if (Array.isArray(secret) && secret.length === 0) refuse('is an empty list')
  return [first, ...older.filter((each) => each !== undefined)].map((each) =>
    typeof each === 'function' ? askOnce(each) : checked(each),
  )
}

/**
 * Asks for a secret when it is first needed, once; again after a failure, or if the request that asked
 * has gone silent: on Workers a request whose client hangs up just stops.
 */
function askOnce(ask: Exclude<Secret, string>): () => Promise<string> {
  let secret: string | undefined
  let lastActive = 0
  let attempts = 0
  let failed: { readonly attempt: number; readonly error: unknown } | undefined

  async function load(): Promise<string> {
    const attempt = ++attempts
    const sign = setInterval(() => {
      lastActive = Date.now()
    }, staleAfter / 2)
    lastActive = Date.now()
    try {
      secret = checked(await ask())
      return secret
    } catch (error) {
      failed = { attempt, error }
      throw error
    } finally {
      clearInterval(sign)
      lastActive = 0
    }
  }

  return async function secretOnce() {
    const attempt = attempts
    while (secret === undefined) {
      if (Date.now() - lastActive >= staleAfter) return load()
      // Not the promise of the other request, which may never settle.
      await new Promise((resolve) => setTimeout(resolve, 5))
      if (failed?.attempt === attempt) throw failed.error
    }
    return secret
  }
}

function checked(secret: unknown): string {
  if (secret === undefined || secret === null || secret === '') refuse('is missing')
  if (secret instanceof Promise) refuse('is a promise: give the function that returns it')
  if (typeof secret !== 'string') refuse('is not a string')
  const bytes = toUtf8(secret).length
  if (bytes < minBytes) refuse(`has ${bytes} bytes, fewer than ${minBytes}`)
  const text = normalize(secret)
  if (isRepeated(text) || isCountingRow(text) || samples.some((sample) => repeats(text, sample))) {
    refuse('is guessable: a known sample, a repetition or a counting row')
  }
  return secret
}

/** Whether a string repeats a short unit. */
function isRepeated(text: string): boolean {
  for (let unit = 1; unit <= text.length / 2; unit++) {
    if (text.startsWith(text.slice(unit))) return true
  }
  return false
}

/** Whether a string repeats a known sample, the last time perhaps in part. */
function repeats(text: string, sample: string): boolean {
  return sample.repeat(Math.ceil(text.length / sample.length)).startsWith(text)
}

/** Whether a string counts: `abcdef…`, `000102…` in hex, `1234567891011…`. */
function isCountingRow(text: string): boolean {
  const bytes = /^([\da-f]{2})+$/.test(text) ? (text.match(/../g) ?? []) : []
  return (
    hasOneStep([...text].map((character) => character.codePointAt(0) ?? 0)) ||
    hasOneStep(bytes.map((byte) => Number.parseInt(byte, 16))) ||
    Array.from({ length: text.length }, (_, i) => i)
      .join('')
      .includes(text)
  )
}

/** Whether nearly all numbers follow the one before by one, up or down. */
function hasOneStep(numbers: number[]): boolean {
  const steps = numbers.slice(1).map((number, i) => number - (numbers[i] ?? 0))
  return [1, -1].some(
    (step) => steps.filter((each) => each === step).length > numbers.length * 0.75,
  )
}

function normalize(text: string): string {
  return text.toLowerCase().replace(/[\s_-]/g, '')
}

function refuse(problem: string): never {
  throw new TypeError(`session(): secret ${problem}. ${cure}`)
}
