import { env } from 'cloudflare:workers'
import type { SessionObject } from '../../../src/session/stores/durable-object.ts'

/** An error as the platform makes it, with flags such as `retryable`. */
export function platformError(flags: Record<string, boolean>): Error {
  return Object.assign(new Error('Network connection lost.'), flags)
}

/** The real namespace, with something done before each call reaches its object, and after. */
export function faultyObjects(
  before: (call: string, stub: object) => void,
  after: (given: readonly unknown[]) => void = () => undefined,
): typeof env.SESSIONS {
  const getByName = (name: string) => {
    const stub = env.SESSIONS.getByName(name)
    return {
      async get() {
        before('get', stub)
        const value = await stub.get()
        after([])
        return value
      },
      async swap(...given: Parameters<SessionObject['swap']>) {
        before('swap', stub)
        const swap = await stub.swap(...given)
        after(given)
        return swap
      },
    }
  }
  return { getByName } as unknown as typeof env.SESSIONS
}
