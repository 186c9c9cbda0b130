/**
 * Checks that the runtime has what signs a cookie, so that one too old says so in words.
 *
 * @throws {TypeError} When there is no Web Crypto API, as in Node before version 20.
 */
export function assertWebCrypto(): void {
  if (typeof crypto === 'object' && crypto.subtle) return
  throw new TypeError(
    'session(): crypto.subtle is missing in this runtime: use Node 20 or later, Deno, Bun or Workers',
  )
}
