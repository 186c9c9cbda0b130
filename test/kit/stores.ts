import type { Store } from '../../src/session/index.ts'

/** A store that records its calls. */
export function watched(store: Store) {
  const calls: [name: 'get' | 'swap' | 'create', ...given: unknown[]][] = []
  const { isEventual, create } = store
  return {
    calls,
    ...(isEventual !== undefined && { isEventual }),
    get(key: string) {
      calls.push(['get', key])
      return store.get(key)
    },
    swap(...given: Parameters<Store['swap']>) {
      calls.push(['swap', ...given])
      return store.swap(...given)
    },
    ...(create && {
      create(...given: Parameters<typeof create>) {
        calls.push(['create', ...given])
        return create(...given)
      },
    }),
  }
}
