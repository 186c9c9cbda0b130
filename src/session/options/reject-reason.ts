/**
 * Why a cookie that was sent is not honored.
 *
 * - `'forged'`: no codec accepts it
 * - `'malformed'`: a codec accepts it, but it is not a session
 * - `'expired'`: past its idle timeout or absolute lifetime, or revoked
 * - `'unknown'`: the store has no such session
 * - `'schema'`: its data do not pass the schema
 * - `'duplicate'`: sent more than once, as when a subdomain plants its own
 * - `'elsewhere'`: it is bound to a device, and does not come from there
 */
export type RejectReason =
  | 'forged'
  | 'malformed'
  | 'unknown'
  | 'expired'
  | 'schema'
  | 'duplicate'
  | 'elsewhere'
