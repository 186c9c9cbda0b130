import type { Context } from 'hono'
import { Budget } from '../contention/budget.ts'
import { StoreError } from '../errors.ts'
import type { Config } from './config.ts'
import type { Visit } from './engine.ts'

/** Starts the clock and the budget of a request that opens its session. */
export function visitOf(c: Context, { onEvent }: Config): Visit {
  return {
    clock: Date.now() / 1000,
    budget: new Budget(),
    emit: (event) => callHook(() => onEvent(event, c)),
  }
}

/** Runs the work of a request, and reports a failure of the store that fails the request. */
export async function reportingFailures<T>(visit: Visit, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof StoreError) visit.emit({ type: 'store-error', error, failed: true })
    throw error
  }
}

/** Calls a hook of the app, which only observes: what it throws changes nothing. */
function callHook(hook: () => unknown): void {
  try {
    Promise.resolve(hook()).catch(() => {})
  } catch {
    // as if it had rejected
  }
}
