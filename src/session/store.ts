/**
 * A map of texts that can change one atomically: where sessions live when they are not in the cookie.
 *
 * A store knows nothing of sessions. It is given keys of at most 128 characters of `[A-Za-z0-9:_-]`,
 * and well-formed texts of any length (no half of a surrogate pair); it never looks into either. Every
 * failure is an exception: it must not answer "nothing is kept" because it could not look.
 */
export interface Store {
  /**
   * Set where two swaps may both be told that they replaced the same text, or where what is read may
   * not be the latest. Such a store cannot list a user's sessions. Who wraps a store passes it on.
   *
   * @default false
   */
  readonly isEventual?: boolean
  /**
   * Reads what is kept under a key.
   *
   * @returns The text, or `null` when nothing was ever kept, when it was removed, or when its time is up.
   */
  get(key: string): Promise<string | null>
  /**
   * Replaces `before` by `after` if `before` is still what is kept, in one step that no other swap of
   * the same key can come between.
   *
   * A swap whose answer is lost may have been applied all the same. A store does not repeat it by itself:
   * two requests that add one to the same number write the same text, so nobody could tell whose is kept.
   *
   * @param before - The text to be replaced; `null`: nothing is kept.
   * @param after - The text to keep from now on; `null`: keep nothing.
   * @param ttl - Whole seconds from now until `after` is forgotten, at least 1; a second late will do,
   * early will not. It starts anew with
   * each swap that replaces, even by the same text, and a swap that does not replace leaves it alone.
   * @returns Whether it replaced, and what is kept now: the next attempt starts from there without
   * another read.
   */
  swap(key: string, before: string | null, after: string | null, ttl: number): Promise<Swap>
  /**
   * Keeps a text under a key that nobody has used, if a store has a cheaper way than `swap()`. Who wraps
   * a store passes it on.
   */
  create?(key: string, text: string, ttl: number): Promise<Swap>
}

/** How a swap went. */
export interface Swap {
  /** Whether it replaced. */
  readonly swapped: boolean
  /** What is kept now: `after` if it replaced, what it found if it did not. */
  readonly kept: string | null
}
