import { vi } from 'vitest'

/** The second at which tests with a stopped clock begin. */
export const start = 1_700_000_000

/** Stops the clock this many seconds after `start`. `vi.useRealTimers()` lets it run again. */
export function at(seconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: (start + seconds) * 1000 })
}

const realSetTimeout = globalThis.setTimeout

/** Lets everything continue that waits for no timer: crypto may need a turn of the event loop. */
export function settle(): Promise<void> {
  return new Promise((resolve) => realSetTimeout(resolve, 5))
}

/** Lets fake time pass until a promise settles; at most this many seconds. */
export async function passTimeUntil<T>(promise: Promise<T>, seconds: number): Promise<T> {
  let isSettled = false
  const done = () => {
    isSettled = true
  }
  promise.then(done, done)
  for (let passed = 0; passed < seconds && !isSettled; passed += 0.1) {
    await settle()
    await vi.advanceTimersByTimeAsync(100)
  }
  return promise
}

/** Stops the clock and all timers. */
export function stopTime(): void {
  vi.useFakeTimers({
    toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
    now: start * 1000,
  })
}

/** Lets fake time pass, in milliseconds. */
export async function pass(milliseconds: number): Promise<void> {
  for (let left = milliseconds; left > 0; left -= 500) {
    await settle()
    await vi.advanceTimersByTimeAsync(Math.min(500, left))
  }
  await settle()
}
