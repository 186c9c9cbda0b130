import { encodeBase64url } from './base64url.ts'

/** Makes a random string that cannot be guessed, in base64url. */
export function randomString(bytes: number): string {
  return encodeBase64url(crypto.getRandomValues(new Uint8Array(bytes)))
}
