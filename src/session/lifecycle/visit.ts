import type { Context } from 'hono'
import { Budget } from '../contention/budget.ts'
import { StoreError } from '../errors.ts'
import type { Config } from '../options/config.ts'
import type { Visit } from './engine.ts'

/** Starts the clock and the budget of a request that opens its session. */
export function visitOf(c: Context, { onEvent }: Config): Visit {
  return {
    clock: Date.now() / 1000,
    budget: new Budget(),
    emit: (event) => callHook(() => onEvent(event, c)),
  }
}

const reported = new WeakMap<Context, StoreError>()

/** Reports a failure of the store that fails the request, once wherever it is met. */
export function reportFailure(c: Context, visit: () => Visit, error: unknown): void {
  if (!(error instanceof StoreError) || reported.get(c) === error) return
  reported.set(c, error)
  visit().emit({ type: 'store-error', error, failed: true })
}

/** Calls a hook of the app, which only observes: an error that it throws changes nothing. */
function callHook(hook: () => unknown): void {
  try {
    Promise.resolve(hook()).catch(() => {})
  } catch {
    // as if it had rejected
  }
}
