import { afterEach, beforeEach, describe, vi } from 'vitest'
import type { Store } from '../../src/session/index.ts'
import { testContents } from './store/contents.ts'
import { testCreate } from './store/create.ts'
import { testOutage } from './store/outage.ts'
import { testRaces } from './store/races.ts'
import { testSwap } from './store/swap.ts'
import { testTime } from './store/time.ts'

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

/**
 * Tests that a store does what sessions rely on, as every custom store must.
 *
 * @param make - Makes the store for each test. The backend may be shared, since keys never repeat.
 */
export function storeContract(
  name: string,
  make: () => Store | Promise<Store>,
  options: StoreContractOptions = {},
): void {
  let made: Store
  const store = () => made

  describe(name, () => {
    beforeEach(async () => {
      made = await make()
    })
    afterEach(() => {
      vi.useRealTimers()
    })

    describe('swap and get', () => testSwap(store))
    describe('create', () => testCreate(store))
    describe('values and keys', () => testContents(store, options))
    describe('time', () => testTime(store, options))
    describe('concurrent swaps', () => testRaces(store, options))
    const { broken } = options
    if (broken) describe('outage', () => testOutage(broken))
  })
}
