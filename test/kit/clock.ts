import { vi } from 'vitest'

/** The second at which tests with a stopped clock begin. */
export const start = 1_700_000_000

/** Stops the clock so many seconds after `start`. `vi.useRealTimers()` lets it run again. */
export function at(seconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: (start + seconds) * 1000 })
}
