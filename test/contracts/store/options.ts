import type { Store } from '../../../src/session/index.ts'

/** How a store differs from others. */
export interface StoreContractOptions {
  /** Whether one of several concurrent swaps wins. `false`: an update may be lost. @default true */
  readonly atomic?: boolean
  /** Seconds: a ttl that the store honors exactly and that a test can wait for. @default 60 */
  readonly ttl?: number
  /**
   * Lets time pass, in seconds. By default `Date` is moved, which is enough for a store that reads the
   * time from it; others really wait, or move their backend's clock.
   */
  readonly pass?: (seconds: number) => Promise<void>
  /** Length of the longest value to try. @default 2 ** 20 */
  readonly longest?: number
  /** Makes a store whose backend is down. Without it, outages are not tested. */
  readonly broken?: () => Store | Promise<Store>
}
