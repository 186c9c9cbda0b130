export type { Codec } from './codecs/codec.ts'
export type { SessionCookieOptions } from './cookie-options.ts'
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
export type { SessionVariables } from './middleware.ts'
export { session } from './middleware.ts'
export type { RejectReason, SessionOptions } from './options.ts'
export { storeKey } from './records.ts'
export { revokeSessions } from './revocations.ts'
export type { Session } from './session.ts'
export type { Store, Swap } from './store.ts'
export type { UserSession, UserSessions } from './users.ts'
export { userSessions } from './users.ts'
