export type { Codec } from './codecs/codec.ts'
export type { SessionCookieOptions } from './cookie/cookie-options.ts'
export type { CsrfOptions } from './csrf/csrf.ts'
export { csrf } from './csrf/csrf.ts'
export { csrfToken } from './csrf/mask.ts'
export {
  CookieTooLargeError,
  ForgedRequestError,
  FormTooLargeError,
  SessionCommittedError,
  SessionError,
  StoreError,
} from './errors.ts'
export type { SessionEvent } from './events.ts'
export type { SessionName } from './lifecycle/ids.ts'
export { storeKey } from './lifecycle/ids.ts'
export type { SessionVariables } from './middleware.ts'
export { session } from './middleware.ts'
export type {
  CommonOptions,
  FormatOptions,
  NameOption,
  OtherFormat,
  OwnFormat,
  RememberOptions,
  Secret,
  SessionOptions,
} from './options/options.ts'
export type { RejectReason } from './options/reject-reason.ts'
export type { StandardResult, StandardSchemaV1 } from './options/standard-schema.ts'
export type { QueueArgument, QueuedMessage, Session } from './session.ts'
export type { Key, SessionData, Value } from './session-data.ts'
export type { Store, Swap } from './store.ts'
export { ValueTooLargeError } from './store.ts'
export { revokeSessions } from './users/revocations.ts'
export type { UserSession, UserSessions } from './users/users.ts'
export { userSessions } from './users/users.ts'
