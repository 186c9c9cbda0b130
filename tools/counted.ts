import type { Store } from '../src/session/index.ts'

/** A store that calls `count` before each of its calls. */
export function counted(store: Store, count: () => void): Store {
  return {
    get(key) {
      count()
      return store.get(key)
    },
    swap(...given) {
      count()
      return store.swap(...given)
    },
  }
}
