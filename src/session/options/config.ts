import type { Context } from 'hono'
import type { Codec } from '../codecs/codec.ts'
import type { SessionCookie } from '../cookie/cookie-options.ts'
import type { DeviceGuard } from '../device/guard.ts'
import type { SessionEvent } from '../events.ts'
import type { Engine } from '../lifecycle/engine.ts'
import type { Policy } from '../state/state.ts'
import type { Store } from '../store.ts'
import type { RejectReason } from './reject-reason.ts'
import type { StandardSchemaV1 } from './standard-schema.ts'

/** The options of a session, checked and complete. */
export interface Config {
  /** Newest first: the first encodes, all decode. */
  readonly codecs: readonly Codec[]
  readonly cookie: SessionCookie
  readonly engine: Engine
  readonly policy: Policy
  readonly revocations: Store | undefined
  readonly schema: StandardSchemaV1<unknown, object> | undefined
  readonly setOnError: boolean
  readonly device: DeviceGuard | undefined
  readonly onReject: ((reason: RejectReason, c: Context) => unknown) | undefined
  readonly onEvent: (event: SessionEvent, c: Context) => unknown
}
