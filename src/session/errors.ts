import { HTTPException } from 'hono/http-exception'

/** Replaces the characters that would begin a new line in a log or control a terminal. */
export function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  return text.replace(/[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
}

/** Every error of this library that is not a mistake in the caller's arguments. */
export class SessionError extends Error {
  /** Stays `'SessionError'` when a bundler renames the class. */
  override name = 'SessionError'
}

/** A session's cookie would be larger than browsers keep. Nothing was sent. */
export class CookieTooLargeError extends SessionError {
  /** Stays `'CookieTooLargeError'` when a bundler renames the class. */
  override name = 'CookieTooLargeError'
}

/** A session was changed when its response had already been committed, for example in a stream. */
export class SessionCommittedError extends SessionError {
  /** Stays `'SessionCommittedError'` when a bundler renames the class. */
  override name = 'SessionCommittedError'
}

/** `csrf()` refused a request. Hono answers it with 403. */
export class ForgedRequestError extends HTTPException {
  /** Stays `'ForgedRequestError'` when a bundler renames the class. */
  override name = 'ForgedRequestError'

  /** Made by `csrf()`. */
  constructor() {
    super(403, { message: 'Forbidden' })
  }
}

/**
 * A store failed. Hono answers it with 503, as it does an `HTTPException`: no cookie is sent and
 * nobody is logged out.
 */
export class StoreError extends SessionError {
  /** Stays `'StoreError'` when a bundler renames the class. */
  override name = 'StoreError'
  /** What Hono answers with. */
  readonly status = 503

  /** Makes the response for the client, which says nothing of the cause. */
  getResponse(): Response {
    return new Response('Service Unavailable', { status: this.status })
  }
}
