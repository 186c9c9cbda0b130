import { change, read, write } from './state/changes.ts'
import { assertJson } from './state/json.ts'
import { assertKey, isReserved } from './state/reserved-keys.ts'
import type { State } from './state/state.ts'

/** The names of keys or queues. */
export type Key<T extends object> = keyof T & string

/** The type of a key's value if it has one: an optional key is one that may not be set. */
export type Value<Data extends object, K extends keyof Data> = Exclude<Data[K], undefined>

/**
 * Reads the state behind a session: for this library's own functions.
 *
 * @internal
 */
export let stateOf: <Data extends object>(session: SessionData<Data>) => State

/**
 * A visitor's data, as a map from keys to JSON values.
 *
 * Values are not copied: a nested change, such as `session.get('cart')?.push(item)`,
 * is noticed and written like any other.
 *
 * @typeParam Data - The keys and the types of their values.
 */
export class SessionData<Data extends object> {
  readonly #state: State

  static {
    stateOf = (session) => session.#state
  }

  /** @internal Sessions come from `c.var.session()`. */
  constructor(state: State) {
    this.#state = state
  }

  /** The number of keys. */
  get size(): number {
    return this.keys().length
  }

  /** Lists the keys of the visitor's data. */
  keys(): Key<Data>[] {
    return [...this.#state.data.keys()].filter((key) => !isReserved(key)) as Key<Data>[]
  }

  /** Lists the keys with their values. */
  entries(): { [K in Key<Data>]-?: [K, Value<Data, K>] }[Key<Data>][] {
    return this.keys().map((key) => [key, this.get(key) as Value<Data, Key<Data>>])
  }

  /** Whether the key has a value. */
  has(key: Key<Data>): boolean {
    return !isReserved(key) && this.#state.data.has(key)
  }

  /**
   * Reads a value. An object or array is not a copy: a change to it is stored, unless the response
   * is committed already.
   */
  get<K extends Key<Data>>(key: K): Data[K] | undefined {
    return isReserved(key) ? undefined : (read(this.#state, key) as Data[K] | undefined)
  }

  /**
   * Sets the value of a key. The session keeps the object that it is given: a constant of the module
   * would be shared by all visitors.
   *
   * @throws {TypeError} When JSON cannot carry the value, or the key is the library's own.
   * @throws {SessionCommittedError} When the response is committed.
   */
  set<K extends Key<Data>>(key: K, value: Value<Data, K>): void {
    assertKey(key)
    assertJson(value, key)
    write(this.#state, key, value)
  }

  /**
   * Sets the value of a key to what a function returns for the current one.
   *
   * @param make - May run again, on a fresh value, when another request won the race. It must do
   * nothing else.
   * @returns The new value.
   * @throws {TypeError} When JSON cannot carry the new value, or the key is the library's own.
   * @throws {SessionCommittedError} When the response is committed.
   */
  update<K extends Key<Data>>(
    key: K,
    make: (value: Data[K] | undefined) => Value<Data, K>,
  ): Value<Data, K> {
    assertKey(key)
    change(this.#state, key, (data) => {
      const value = make(data.get(key) as Data[K] | undefined)
      assertJson(value, key)
      data.set(key, value)
    })
    return this.#state.data.get(key) as Value<Data, K>
  }

  /**
   * Removes a key.
   *
   * @returns Whether it had a value.
   * @throws {SessionCommittedError} When the response is committed.
   */
  delete(key: Key<Data>): boolean {
    const had = this.has(key)
    if (had) write(this.#state, key, undefined)
    return had
  }

  /**
   * Removes all keys. Flash queues, the CSRF token and the user stay: use `invalidate()` for a logout.
   *
   * @throws {SessionCommittedError} When the response is committed.
   */
  clear(): void {
    change(this.#state, null, (data) => {
      for (const key of data.keys()) if (!isReserved(key)) data.delete(key)
    })
  }
}
