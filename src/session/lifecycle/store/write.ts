import type { BoundedStore } from '../../contention/bounded-store.ts'
import type { StandardSchemaV1 } from '../../options/standard-schema.ts'
import type { Policy } from '../../state/state.ts'
import type { Store } from '../../store.ts'
import type { CookieWriter } from '../cookie-engine.ts'
import type { Ending, Visit } from '../engine.ts'

/** What the engine of a store needs of the options. */
export interface StoreSettings extends CookieWriter {
  readonly store: Store
  readonly policy: Policy
  readonly schema: StandardSchemaV1<unknown, object> | undefined
}

/** The write at the end of a request whose session is in a store. */
export interface Write {
  readonly settings: StoreSettings
  readonly store: BoundedStore
  readonly ending: Ending
  readonly visit: Visit
  /** How many unread flash messages of each queue the record that is being written lacks. */
  dropped?: ReadonlyMap<string, number>
}
