/** Turns a payload into the value of a cookie and back, so that only the server can write it. */
export interface Codec {
  /**
   * Makes the token for a payload.
   *
   * @returns Characters that a cookie value may hold (RFC 6265 §4.1.1) without quotes.
   */
  encode(payload: string): Promise<string>
  /**
   * Reads a token, which may be any string. Never throws because of it.
   *
   * @returns The payload, or `null` when this codec with this secret did not write the token.
   */
  decode(token: string): Promise<string | null>
}
