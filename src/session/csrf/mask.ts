import { decodeBase64url, encodeBase64url } from '../codecs/base64url.ts'
import { type Session, stateOf } from '../session.ts'
import { csrfKey, type State, write } from '../state.ts'
import { toUtf8 } from '../utf8.ts'

const secretBytes = 18 // 144 bits; ASVS 5.0 V7.2.3 asks for 128

/**
 * Makes a token that lets a form or a script of this session pass `csrf()`.
 *
 * Every call returns another string, and all of them are valid until the session ends or is
 * regenerated: a string that never repeats cannot be guessed from the size of compressed pages
 * (BREACH).
 *
 * @throws {SessionCommittedError} When the session has no token yet and the response is committed.
 */
export function csrfToken<Data extends object, Flash extends object>(
  session: Session<Data, Flash>,
): string {
  const state = stateOf(session)
  return mask(expectedSecret(state) ?? createSecret(state))
}

/** The secret that every token of a session masks, or `null` if the session has none yet. */
export function expectedSecret(state: State): string | null {
  const secret = state.data.get(csrfKey)
  return typeof secret === 'string' && secret !== '' ? secret : null
}

function createSecret(state: State): string {
  const secret = encodeBase64url(crypto.getRandomValues(new Uint8Array(secretBytes)))
  write(state, csrfKey, secret)
  return secret
}

/**
 * Hides a secret behind random bytes, so that it looks different each time it is sent.
 *
 * @see https://breachattack.com
 */
export function mask(secret: string): string {
  const bytes = toUtf8(secret)
  const masked = new Uint8Array(bytes.length * 2)
  crypto.getRandomValues(masked.subarray(0, bytes.length))
  for (const [i, byte] of bytes.entries()) masked[bytes.length + i] = byte ^ (masked[i] as number)
  return encodeBase64url(masked)
}

/** Whether a token masks the secret, in a time that does not depend on where they differ. */
export function isMaskOf(token: string, secret: string): boolean {
  const bytes = toUtf8(secret)
  if (token.length !== Math.ceil((bytes.length * 8) / 3)) return false // a long one is not decoded
  const masked = decodeBase64url(token)
  if (masked?.length !== bytes.length * 2) return false
  let difference = 0
  for (const [i, byte] of bytes.entries()) {
    difference |= (masked[i] as number) ^ (masked[bytes.length + i] as number) ^ byte
  }
  return difference === 0
}
