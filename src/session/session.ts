import { bind, userOf } from './bound.ts'
import { assertJson } from './json.ts'
import { append, peek, take } from './queues.ts'
import {
  assertOpen,
  boundKey,
  change,
  csrfKey,
  flashPrefix,
  isReserved,
  read,
  regenerate,
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

  /** When the session was last written before this request, in seconds since the epoch. */
  get renewed(): number {
    return this.#state.renewed
  }

  /** The session's id in its store; `undefined` where the session is the cookie. */
  get id(): string | undefined {
    return this.#state.id
  }

  /** The user that the session is bound to, by `bind()`. */
  get user(): string | undefined {
    return userOf(this.#state.data)
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
    assertKey(key)
    assertJson(value, key)
    write(this.#state, key, value)
  }

  /**
   * Keeps what a function makes of the value under a key.
   *
   * @param make - May run again, on a fresh value, when another request won the race. Let it do
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
   * @returns Whether there was one.
   * @throws {SessionCommittedError} When the response is committed.
   */
  delete(key: Key<Data>): boolean {
    const had = this.has(key)
    if (had) write(this.#state, key, undefined)
    return had
  }

  /**
   * Removes all keys. Flash queues, the CSRF token and the user stay: `invalidate()` is for a logout.
   *
   * @throws {SessionCommittedError} When the response is committed.
   */
  clear(): void {
    change(this.#state, null, (data) => {
      for (const key of data.keys()) if (!isReserved(key)) data.delete(key)
    })
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
    regenerate(this.#state)
  }

  /**
   * Says whose the session is, until it ends. Call it at login, after `regenerate()`. Then
   * `userSessions()` lists the session and ends it from elsewhere, or `revokeSessions()` does.
   *
   * Where the session is a cookie that is not sealed, the visitor can read the name in it.
   *
   * @param user - Something that names the user and never changes.
   * @throws {TypeError} When it is no text; when sessions could not be ended, as there is neither a
   * `store` that can list them (any but KV) nor `revocations`.
   * @throws {SessionCommittedError} When the response is committed.
   */
  bind(user: string): void {
    bind(this.#state, user)
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
    append(this.#state, queue, message, allowDuplicate)
  }

  /** Reads the messages of a queue and leaves them there. They are copies. */
  peekFlash<Queue extends Key<Flash> = Key<Flash> & ''>(
    ...[queue = '' as Queue]: QueueArgument<Flash, Queue>
  ): Flash[Queue][] {
    return peek(this.#state, queue) as Flash[Queue][]
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
    return take(this.#state, queue) as Flash[Queue][]
  }
}

function assertKey(key: unknown): void {
  if (typeof key === 'string' && !isReserved(key)) return
  throw new TypeError(
    `session: ${JSON.stringify(key)} is not a key: give a text that is neither '${csrfKey}' nor '${boundKey}' and does not start with '${flashPrefix}'.`,
  )
}
