import { SessionError } from './errors.ts'

/**
 * A key-value map with an atomic compare-and-swap: where sessions live when they are not in the cookie.
 *
 * A store knows nothing of sessions and never looks into a value. Keys have 1 to 128 characters of
 * `[A-Za-z0-9:_-]`. Values are JSON or short ASCII marks, of any length: well-formed Unicode, without
 * U+0000 and without a byte order mark at the start.
 *
 * Every failure is a rejected promise. A store must not answer "no record" because it could not look.
 */
export interface Store {
  /**
   * Whether the store is eventually consistent: two swaps may both be told that they replaced the same
   * value, or `get` may return a stale one. Such a store cannot list a user's sessions. A wrapper around
   * a store passes it on.
   *
   * @default false
   */
  readonly isEventual?: boolean
  /**
   * Reads the record under a key.
   *
   * @returns The value, or `null` if there is no record: none was written, it was deleted, or its ttl
   * is over.
   */
  get(key: string): Promise<string | null>
  /**
   * Replaces `before` by `after` if `before` is still the value, as one atomic step per key.
   *
   * If the response to a swap is lost, the swap may still have been applied. A store must not
   * repeat it unless it can recognize the repeat: two requests that add one to a number write the same
   * value, so the value does not tell whose it is.
   *
   * @param before - The value to replace; `null`: there is no record.
   * @param after - The new value; `null`: delete the record.
   * @param ttl - Whole seconds from now until the record expires, at least 1. It may expire a second
   * late, never early. Each swap that replaces starts it again, even with an equal value; a swap that
   * does not replace leaves it alone.
   * @returns Whether it replaced, and the value that is there now, so that the next attempt needs no
   * `get`.
   */
  swap(key: string, before: string | null, after: string | null, ttl: number): Promise<Swap>
  /**
   * Writes the first record of a key that has never been used, such as a new random id. Implement it only
   * if the store can then save a read that `swap(key, null, value, ttl)` makes; that is called if the
   * method is missing. A wrapper around a store passes it on.
   *
   * It may be called again with the same value when an answer was lost. If the key is in use after all,
   * it may overwrite the record or leave it, as long as the answer says which.
   *
   * @param ttl - As for `swap`.
   */
  create?(key: string, value: string, ttl: number): Promise<Swap>
}

/**
 * Makes sure that a store is made of something: a binding that is not in `wrangler.toml` is `undefined`.
 *
 * @throws {TypeError} When there is nothing.
 * @internal
 */
export function assertGiven(given: unknown, message: string): void {
  if (given === undefined || given === null) throw new TypeError(message)
}

/** The outcome of a swap. */
export interface Swap {
  /** Whether it replaced. */
  readonly swapped: boolean
  /** The value that is there now: `after` if it replaced, else the value that it found. */
  readonly kept: string | null
}

/**
 * A value is larger than a store can keep. A store throws it from `swap` and `create`, and `session()`
 * makes a `CookieTooLargeError` of it, which names the largest keys: unlike a store that fails, it is
 * not answered with 503.
 */
export class ValueTooLargeError extends SessionError {
  /** Stays `'ValueTooLargeError'` when a bundler renames the class. */
  override name = 'ValueTooLargeError'
  /** What the value takes in the store, in bytes. */
  readonly size: number
  /** What the store can keep, in bytes. */
  readonly limit: number

  /** Makes the error of a value of `size` bytes where `limit` are kept. */
  constructor(size: number, limit: number) {
    super(`the store keeps ${limit} bytes, not ${size}`)
    this.size = size
    this.limit = limit
  }
}
