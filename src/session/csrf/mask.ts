import { decodeBase64url, encodeBase64url } from '../codecs/base64url.ts'
import { toUtf8 } from '../codecs/utf8.ts'
import { type Session, stateOf } from '../session.ts'
import { csrfKey } from '../state/reserved-keys.ts'
import { type State, setCsrfToken } from '../state/state.ts'

/**
 * Makes a token that lets a form or a script of this session pass `csrf()`.
 *
 * Each call returns a different string, all of them valid until the session ends or is regenerated: a
 * string that never repeats cannot be guessed from the size of compressed pages (BREACH).
 *
 * @throws {SessionCommittedError} When the session has no token yet and the response is committed.
 */
export function csrfToken<Data extends object, Flash extends object>(
  session: Session<Data, Flash>,
): string {
  const state = stateOf(session)
  const { ended, identity } = state
  if (ended?.isRecent && identity === 'same') return mask(ended.token)
  return mask(tokenOf(state) ?? setCsrfToken(state))
}

/**
 * The tokens that a request of this session may carry: its own, and that of a session just ended.
 *
 * @internal
 */
export function acceptedTokens(state: State): string[] {
  return [tokenOf(state), state.ended?.token].filter((token) => token !== undefined)
}

function tokenOf({ data }: State): string | undefined {
  const token = data.get(csrfKey)
  return typeof token === 'string' && token !== '' ? token : undefined
}

/**
 * Masks a token with random bytes, so that it is a different string each time it is sent.
 *
 * @see https://breachattack.com
 * @internal
 */
export function mask(secret: string): string {
  const bytes = toUtf8(secret)
  const masked = new Uint8Array(bytes.length * 2)
  crypto.getRandomValues(masked.subarray(0, bytes.length))
  for (const [i, byte] of bytes.entries()) masked[bytes.length + i] = byte ^ (masked[i] as number)
  return encodeBase64url(masked)
}

/**
 * Whether a string masks a token, in constant time.
 *
 * @internal
 */
export function isMaskOf(text: string, secret: string): boolean {
  const bytes = toUtf8(secret)
  if (text.length !== Math.ceil((bytes.length * 8) / 3)) return false // before the work on a long one
  const masked = decodeBase64url(text)
  if (masked?.length !== bytes.length * 2) return false
  let difference = 0
  for (const [i, byte] of bytes.entries()) {
    difference |= (masked[i] as number) ^ (masked[bytes.length + i] as number) ^ byte
  }
  return difference === 0
}
