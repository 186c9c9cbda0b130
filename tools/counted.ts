import type { Store } from '../src/session/index.ts'

/** A store that calls `count` before each of its calls. */
export function counted(store: Store, count: () => void): Store {
  const { isEventual, create } = store
  const counting =
    <Given extends unknown[], T>(call: (...given: Given) => T) =>
    (...given: Given): T => {
      count()
      return call(...given)
    }
  return {
    ...(isEventual !== undefined && { isEventual }),
    get: counting((key) => store.get(key)),
    swap: counting((...given) => store.swap(...given)),
    ...(create && { create: counting((...given) => create(...given)) }),
  }
}
