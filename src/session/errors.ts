import { HTTPException } from 'hono/http-exception'

/** Replaces the characters that would begin a new line in a log or control a terminal. */
export function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  return text.replace(/[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
}

const maxExcerpt = 200

/** The beginning of a key or a path, on one line: it may be as long as a cookie. */
export function excerpt(text: string): string {
  return text.length > maxExcerpt ? `${oneLine(text.slice(0, maxExcerpt - 1))}…` : oneLine(text)
}

/** Every error of this library that is not a mistake in the caller's arguments. */
export class SessionError extends Error {
  /** Stays `'SessionError'` when a bundler renames the class. */
  override name = 'SessionError'
}

/**
 * A session is larger than what keeps it: its cookie would be larger than browsers keep, or its record
 * than the store does. Nothing was sent.
 */
export class CookieTooLargeError extends SessionError {
  /** Stays `'CookieTooLargeError'` when a bundler renames the class. */
  override name = 'CookieTooLargeError'
}

/** A session was changed when its response had already been committed, for example in a stream. */
export class SessionCommittedError extends SessionError {
  /** Stays `'SessionCommittedError'` when a bundler renames the class. */
  override name = 'SessionCommittedError'
}

/**
 * `csrf()` refused a request. Hono answers 403, without the reason.
 *
 * For an unreadable form, `cause` is the error that reading or parsing it failed with.
 */
export class ForgedRequestError extends HTTPException {
  /** Stays `'ForgedRequestError'` when a bundler renames the class. */
  override name = 'ForgedRequestError'
  /**
   * Why the request was refused.
   *
   * - `'origin'`: `Origin` or `Sec-Fetch-Site` says that another site sent it, or both are missing
   *   and `token` is `false`
   * - `'missing-token'`: neither the header nor the form has a token
   * - `'wrong-token'`: the token is not one of this session's
   * - `'no-session'`: the visitor has no session, or one that never had a token
   * - `'unreadable-form'`: the body broke off, was read before from `c.req.raw`, or is not the form
   *   that its content type says
   */
  readonly reason: 'origin' | 'missing-token' | 'wrong-token' | 'no-session' | 'unreadable-form'

  /** Made by `csrf()`. */
  constructor(reason: ForgedRequestError['reason'], options?: ErrorOptions) {
    super(403, { ...options, message: 'Forbidden' })
    this.reason = reason
  }
}

/** A form exceeds the `maxFormSize` of `csrf()`. Hono answers 413. */
export class FormTooLargeError extends HTTPException {
  /** Stays `'FormTooLargeError'` when a bundler renames the class. */
  override name = 'FormTooLargeError'

  /** Made by `csrf()`. */
  constructor(limit: number, header: string) {
    super(413, {
      message: `csrf(): the form exceeds maxFormSize (${limit} bytes): raise it, or send the token in the header ${header}`,
    })
  }

  /** The response to the client, without the message: that is for the developer. */
  override getResponse(): Response {
    return new Response('Payload Too Large', { status: 413 })
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

  /** Makes the response for the client, which reveals nothing of the cause. */
  getResponse(): Response {
    return new Response('Service Unavailable', { status: this.status })
  }
}
