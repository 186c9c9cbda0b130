import { type SessionOptions, StoreError } from '../../src/session/index.ts'

/** What the example needs of a meter of `@opentelemetry/api`. */
interface Meter {
  createCounter(name: string): { add(value: number, attributes: Record<string, string>): void }
}

// #region otel
export function observe(meter: Meter): Pick<SessionOptions, 'onEvent' | 'onReject'> {
  const events = meter.createCounter('session.events')
  const rejected = meter.createCounter('session.rejected')
  return {
    onEvent(event) {
      events.add(1, { type: event.type })
      if (event.type === 'store-error') {
        const { error } = event
        console.error(error instanceof StoreError ? error.cause : error)
      }
    },
    onReject: (reason) => rejected.add(1, { reason }),
  }
}
// #endregion
