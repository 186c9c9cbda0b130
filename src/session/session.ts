import { assertJson } from './json.ts'
import {
  assertOpen,
  csrfKey,
  flashPrefix,
  isReserved,
  read,
  restart,
  type State,
  write,
} from './state.ts'

type Key<T extends object> = keyof T & string

/** What a key holds where it holds anything: an optional key is kept by setting it or not. */
type Value<Data extends object, K extends keyof Data> = Exclude<Data[K], undefined>

/** The name of a queue, which may be left out where `Flash` has the queue `''`. */
type QueueArgument<Flash extends object, Queue> =
  '' extends Key<Flash> ? [queue?: Queue] : [queue: Queue]

/** Reads the state behind a session: for this library's own functions over one. */
export let stateOf: <Data extends object, Flash extends object>(
  session: Session<Data, Flash>,
) => State

/**
 * A visitor's data between requests, as a map from keys to JSON values.
 *
 * Values are handed out as they are kept: a nested change, such as `session.get('cart')?.push(item)`,
 * is noticed and written like any other. All is written once, when the handler has returned.
 *
 * @typeParam Data - The keys and the types of their values.
 * @typeParam Flash - The flash queues and the types of their messages.
 */
export class Session<
  Data extends object = Record<string, unknown>,
  Flash extends object = Record<string, string>,
> {
  readonly #state: State

  static {
    stateOf = (session) => session.#state
  }

  /** @internal Sessions come from `c.var.session()`. */
  constructor(state: State) {
    this.#state = state
  }

  /** Whether this session began with this request, since no cookie came or none was honoured. */
  get new(): boolean {
    return this.#state.isNew
  }

  /** When the session began, in seconds since the epoch. */
  get created(): number {
    return this.#state.created
  }

  /** The session's id in its store; `undefined` where the session is the cookie. */
  get id(): string | undefined {
    return undefined
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

  /** Tells whether the key has a value. */
  has(key: Key<Data>): boolean {
    return !isReserved(key) && this.#state.data.has(key)
  }

  /**
   * Reads a value. An object or array is the session's own: change it, and the change is kept, unless
   * the response is committed already.
   */
  get<K extends Key<Data>>(key: K): Data[K] | undefined {
    return isReserved(key) ? undefined : (read(this.#state, key) as Data[K] | undefined)
  }

  /**
   * Keeps a value under a key.
   *
   * @throws {TypeError} When JSON cannot carry the value, or the key is the library's own.
   * @throws {SessionCommittedError} When the response is committed.
   */
  set<K extends Key<Data>>(key: K, value: Value<Data, K>): void {
    if (typeof key !== 'string' || isReserved(key)) {
      throw new TypeError(
        `session: ${JSON.stringify(key)} is not a key: give a text that is not '${csrfKey}' and does not start with '${flashPrefix}'.`,
      )
    }
    assertJson(value, key)
    write(this.#state, key, value)
  }

  /**
   * Keeps what a function makes of the value under a key.
   *
   * @param change - May run again, on a fresh value, when another request won the race. Let it do
   * nothing else.
   * @returns The new value.
   * @throws {TypeError} When JSON cannot carry the new value, or the key is the library's own.
   * @throws {SessionCommittedError} When the response is committed.
   */
  update<K extends Key<Data>>(
    key: K,
    change: (value: Data[K] | undefined) => Value<Data, K>,
  ): Value<Data, K> {
    const value = change(this.get(key))
    this.set(key, value)
    return value
  }

  /**
   * Removes a key.
   *
   * @returns Whether there was one.
   * @throws {SessionCommittedError} When the response is committed.
   */
  delete(key: Key<Data>): boolean {
    const had = this.has(key)
    if (had) write(this.#state, key, undefined)
    return had
  }

  /**
   * Removes all keys. Flash queues and the CSRF token stay.
   *
   * @throws {SessionCommittedError} When the response is committed.
   */
  clear(): void {
    for (const key of this.keys()) this.delete(key)
  }

  /**
   * Has the session written, and so its life extended, even if nothing changed.
   *
   * @throws {SessionCommittedError} When the response is committed.
   */
  changed(): void {
    assertOpen(this.#state)
    this.#state.forced = true
  }

  /**
   * Ends the session: data, flash queues, CSRF token and all. A new and empty one takes its place, to
   * be used at once. Call it at logout.
   *
   * Where the session is the cookie, a copy of the old cookie that somebody kept stays valid until it
   * expires.
   *
   * @throws {SessionCommittedError} When the response is committed.
   */
  invalidate(): void {
    restart(this.#state)
  }

  /**
   * Keeps the data under a new identity, with a new CSRF token. Call it at login, so that nobody who
   * knew the visitor's session before shares it after.
   *
   * @throws {SessionCommittedError} When the response is committed.
   */
  regenerate(): void {
    write(this.#state, csrfKey, undefined)
    if (this.#state.fate === 'kept') this.#state.fate = 'regenerated'
  }

  /**
   * Appends a message to a queue, for the next page that shows it.
   *
   * @param queue - Its name. @default ''
   * @param allowDuplicate - `false`: an equal message that waits already is enough. @default true
   * @throws {TypeError} When JSON cannot carry the message.
   * @throws {SessionCommittedError} When the response is committed.
   */
  flash<Queue extends Key<Flash> = Key<Flash> & ''>(
    message: Flash[Queue],
    queue: Queue = '' as Queue,
    allowDuplicate = true,
  ): void {
    const waiting = this.#queue(queue)
    assertJson(message, `flash(${JSON.stringify(queue)})`, [waiting])
    const text = JSON.stringify(message)
    if (!allowDuplicate && waiting.some((other) => JSON.stringify(other) === text)) return
    write(this.#state, flashPrefix + queue, [...waiting, message])
  }

  /** Reads the messages of a queue and leaves them there. They are copies. */
  peekFlash<Queue extends Key<Flash> = Key<Flash> & ''>(
    ...[queue = '' as Queue]: QueueArgument<Flash, Queue>
  ): Flash[Queue][] {
    return structuredClone(this.#queue(queue)) as Flash[Queue][]
  }

  /**
   * Takes the messages of a queue out.
   *
   * A `HEAD` request or a prefetch reads them only, as nobody sees its response.
   *
   * @throws {SessionCommittedError} When the response is committed and messages wait.
   */
  popFlash<Queue extends Key<Flash> = Key<Flash> & ''>(
    ...[queue = '' as Queue]: QueueArgument<Flash, Queue>
  ): Flash[Queue][] {
    const messages = structuredClone(this.#queue(queue)) as Flash[Queue][]
    if (messages.length > 0 && this.#state.isVisit)
      write(this.#state, flashPrefix + queue, undefined)
    return messages
  }

  #queue(queue: string): unknown[] {
    const messages = this.#state.data.get(flashPrefix + queue)
    return Array.isArray(messages) ? messages : []
  }
}
