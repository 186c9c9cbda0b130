/**
 * Checks that the runtime can sign a cookie, so that one that is too old gets a clear message.
 *
 * @throws {TypeError} When there is no Web Crypto API, as in Node before version 20.
 */
export function assertWebCrypto(): void {
  if (typeof crypto === 'object' && crypto.subtle) return
  throw new TypeError(
    'session(): crypto.subtle is missing in this runtime: use Node 20 or later, Deno, Bun or Workers',
  )
}
