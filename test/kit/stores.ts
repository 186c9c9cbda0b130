import type { Store } from '../../src/session/index.ts'

/** A store that records its calls. */
export function watched(store: Store) {
  const calls: [name: 'get' | 'swap', ...given: unknown[]][] = []
  return {
    calls,
    get(key: string) {
      calls.push(['get', key])
      return store.get(key)
    },
    swap(...given: Parameters<Store['swap']>) {
      calls.push(['swap', ...given])
      return store.swap(...given)
    },
  }
}
