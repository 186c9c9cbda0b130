import { expiryOf, isDue, limitsOf } from './lifecycle/limits.ts'
import { type Key, SessionData, stateOf } from './session-data.ts'
import { assertOpen, isModified, write } from './state/changes.ts'
import { append, peek, peekAll, take, takeAll } from './state/flash.ts'
import { stayKey } from './state/reserved-keys.ts'
import { invalidate, regenerate } from './state/state.ts'
import { bind, userOf } from './users/binding.ts'

/** @internal */
export { stateOf }

/** The name of a queue, which may be left out if `Flash` has the queue `''`. */
export type QueueArgument<Flash extends object, Queue> =
  '' extends Key<Flash> ? [queue?: Queue] : [queue: Queue]

/** A message with the name of its queue. */
export type QueuedMessage<Flash extends object> = {
  [Queue in Key<Flash>]: [queue: Queue, message: Flash[Queue]]
}[Key<Flash>]

/**
 * A visitor's data between requests, with flash messages and an identity. Everything is written once,
 * when the handler has returned.
 *
 * @typeParam Data - The keys and the types of their values.
 * @typeParam Flash - The flash queues and the types of their messages.
 */
export class Session<
  Data extends object = Record<string, unknown>,
  Flash extends object = Record<string, string>,
> extends SessionData<Data> {
  /** Whether this session began with this request, since no cookie came or none was honored. */
  get new(): boolean {
    return stateOf(this).isNew
  }

  /** When the session began, in seconds since the epoch. */
  get created(): number {
    return stateOf(this).created
  }

  /** When the session was last written before this request, in seconds since the epoch. */
  get renewed(): number {
    return stateOf(this).renewed
  }

  /**
   * When the session ends if nothing more happens, in seconds since the epoch; `null`: never. If this
   * request writes it, the time counts from now.
   */
  get expires(): number | null {
    const state = stateOf(this)
    const limits = limitsOf(state.policy, state.data)
    const clock = Date.now() / 1000
    const isWritten =
      state.isNew ||
      state.forced ||
      state.identity !== 'same' ||
      isDue(limits, state, clock) ||
      isModified(state)
    const renewed = isWritten ? Math.floor(clock) : state.renewed
    return expiryOf(limits, { renewed, created: state.created })
  }

  /** The session's id in its store; `undefined` if the session is the cookie. */
  get id(): string | undefined {
    return stateOf(this).id
  }

  /** The user that the session is bound to, by `bind()`. */
  get user(): string | undefined {
    return userOf(stateOf(this).data)
  }

  /**
   * Whether the session is bound to the visitor's device: `'unbound'` in browsers that cannot do it, and
   * until they have; `undefined` without the option `device`.
   */
  get device(): 'bound' | 'unbound' | undefined {
    const { data, policy } = stateOf(this)
    return policy.deviceStateOf?.(data)
  }

  /** Whether the visitor asked to stay logged in, by `remember()`. */
  get remembered(): boolean {
    const { data, policy } = stateOf(this)
    return policy.remembered !== undefined && data.get(stayKey) === true
  }

  /**
   * Forces a write, which extends the session's life, even if nothing changed or it is empty.
   *
   * @throws {SessionCommittedError} When the response is committed.
   */
  changed(): void {
    assertOpen(stateOf(this))
    stateOf(this).forced = true
  }

  /**
   * Ends the session, with its data, flash queues and CSRF token. A new, empty one takes its place, to
   * be used at once. Call it at logout.
   *
   * If the session is the cookie, a copy of the old cookie that somebody kept stays valid until it
   * expires.
   *
   * @throws {SessionCommittedError} When the response is committed.
   */
  invalidate(): void {
    invalidate(stateOf(this))
  }

  /**
   * Keeps the data under a new identity, with a new CSRF token. Call it at login, so that anyone who
   * knew the session before does not share it afterward.
   *
   * @throws {SessionCommittedError} When the response is committed.
   */
  regenerate(): void {
    regenerate(stateOf(this))
  }

  /**
   * Gives the session the limits of the option `remember`, and a cookie that survives the browser, until
   * it ends: "stay logged in".
   *
   * @param stay - `false`: no longer. @default true
   * @throws {TypeError} When the option `remember` is missing.
   * @throws {SessionCommittedError} When the response is committed.
   */
  remember(stay = true): void {
    const state = stateOf(this)
    if (!state.policy.remembered) {
      throw new TypeError(
        'session.remember(): session() has no option `remember`: give it { timeout, lifetime } in seconds',
      )
    }
    write(state, stayKey, stay ? true : undefined)
  }

  /**
   * Says whose session it is, until it ends. Call it at login, after `regenerate()`. Then
   * `userSessions()` lists the session and ends it from elsewhere, or `revokeSessions()` does.
   *
   * If the session is a cookie that is only signed, the visitor can read the name in it.
   *
   * @param user - A non-empty string that identifies the user and never changes.
   * @throws {TypeError} When it is anything else; when sessions could not be ended, as there is neither
   * a `store` that can list them (any but KV) nor `revocations`.
   * @throws {SessionCommittedError} When the response is committed.
   */
  bind(user: string): void {
    bind(stateOf(this), user)
  }

  /**
   * Appends a message to a queue, for the next page that shows it. A `HEAD` request and a prefetch
   * leave the queues as they were, as nobody sees their responses.
   *
   * @param queue - Its name. @default ''
   * @param allowDuplicate - `false`: nothing is appended if an equal message is waiting. @default true
   * @throws {TypeError} When JSON cannot carry the message.
   * @throws {SessionCommittedError} When the response is committed.
   */
  flash<Queue extends Key<Flash> = Key<Flash> & ''>(
    message: Flash[Queue],
    queue: Queue = '' as Queue,
    allowDuplicate = true,
  ): void {
    append(stateOf(this), message, { queue, allowDuplicate })
  }

  /**
   * Reads copies of the messages of a queue, and leaves them there.
   *
   * @param queue - Its name. @default ''
   */
  peekFlash<Queue extends Key<Flash> = Key<Flash> & ''>(
    ...queue: QueueArgument<Flash, Queue>
  ): Flash[Queue][] {
    return peek(stateOf(this), queue[0] ?? '') as Flash[Queue][]
  }

  /**
   * Removes the messages of a queue, and returns them.
   *
   * @param queue - Its name. @default ''
   * @throws {SessionCommittedError} When the response is committed and messages are waiting.
   */
  popFlash<Queue extends Key<Flash> = Key<Flash> & ''>(
    ...queue: QueueArgument<Flash, Queue>
  ): Flash[Queue][] {
    return take(stateOf(this), queue[0] ?? '') as Flash[Queue][]
  }

  /** Reads copies of all messages, queue by queue, and leaves them there. */
  peekFlashes(): QueuedMessage<Flash>[] {
    return peekAll(stateOf(this)) as QueuedMessage<Flash>[]
  }

  /**
   * Removes all messages, queue by queue, and returns them: for a layout that shows whatever waits.
   *
   * @throws {SessionCommittedError} When the response is committed and messages are waiting.
   */
  popFlashes(): QueuedMessage<Flash>[] {
    return takeAll(stateOf(this)) as QueuedMessage<Flash>[]
  }
}
