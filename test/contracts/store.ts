import { afterEach, beforeEach, describe, vi } from 'vitest'
import type { Store } from '../../src/session/index.ts'
import { testContents } from './store/contents.ts'
import { testCreate } from './store/create.ts'
import type { StoreContractOptions } from './store/options.ts'
import { testOutage } from './store/outage.ts'
import { testRaces } from './store/races.ts'
import { testSwap } from './store/swap.ts'
import { testTime } from './store/time.ts'

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
