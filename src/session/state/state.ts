import { randomString } from '../codecs/random.ts'
import { type Entries, put, type Recorded, write } from './changes.ts'
import { csrfKey } from './reserved-keys.ts'

/** Bytes of a session's id: 256 bits, which cannot be guessed. */
const idBytes = 32

/** Bytes of a CSRF token: 144 bits; ASVS 5.0 V7.2.3 asks for 128. */
const tokenBytes = 18

/** Seconds of life, from one place in the options. `null`: no limit. */
export interface Limits {
  /** Of inactivity. */
  readonly timeout: number | null
  /** Since creation. */
  readonly lifetime: number | null
  /** Since the last write, after which a session that is only read is written again. */
  readonly reissueTime: number | null
}

/** What keeps clients from writing a session's cookie; `'custom'`: a codec of the app. */
export type Protection = 'signed' | 'sealed' | 'custom'

/** The options of sessions that a state depends on. */
export interface Policy {
  /** What the cookie looks like, for the inspector. */
  readonly format: { readonly cookieName: string; readonly protection: Protection }
  readonly limits: Limits
  /** The limits after `remember()`. */
  readonly remembered: Limits | undefined
  /** Whether sessions have ids. */
  readonly hasIds: boolean
  /** Whether sessions can be bound to users. */
  readonly canBind: boolean
  /** Whether a session is bound to its device, if sessions can be. */
  readonly deviceStateOf: ((data: Entries) => 'bound' | 'unbound') | undefined
}

/** What a request knows of its session. `Session` is the view of it that handlers get. */
export interface State extends Recorded {
  readonly policy: Policy
  /** When the request opened the session, in whole seconds since the epoch. */
  readonly now: number
  /** When the session began, in seconds since the epoch. */
  created: number
  /** When it was last written, in seconds since the epoch. */
  renewed: number
  /** The id in the store; `undefined` if the session is the cookie. */
  id: string | undefined
  /** The id that it had when the request opened it. */
  readonly openedAs: string | undefined
  /** Whether nothing in this session came from the client. */
  isNew: boolean
  identity: 'same' | 'regenerated' | 'invalidated'
  /** Whether a write is due even if the data did not change. */
  forced: boolean
  /** Whether somebody sees this response. */
  readonly isSeen: () => boolean
  /** The queues as they were before a request that nobody sees touched them. */
  readonly unseen: Map<string, unknown>
  /** How many messages at the end of each queue this request has put there. */
  readonly flashed: Map<string, number>
  /** The session that the cookie led to, if another request ended it a moment ago. */
  readonly ended: EndedSession | undefined
  /** Reads a user's generation of revocations, if there are revocations. */
  readonly readGeneration: ((user: string) => Promise<number>) | undefined
  /** The user's generation of revocations, asked for by `bind()`. */
  generation: Promise<number> | undefined
  /** Whether the handler's changes were undone, since it threw. */
  isRolledBack: boolean
}

/** What is left of a session that another request has ended. */
export interface EndedSession {
  readonly token: string
  /** Whether this request may have been sent before the browser knew of the end. */
  readonly isRecent: boolean
}

/** What a state starts from. */
export interface Origin {
  readonly created: number
  readonly renewed: number
  readonly data: Entries
}

/** What a request brings. */
export interface Opening {
  readonly now: number
  /** The id of the session that it found, if sessions have ids. */
  readonly id: string | undefined
  readonly isSeen: () => boolean
  readonly ended: EndedSession | undefined
  readonly readGeneration: State['readGeneration']
}

/** Makes the state of a session that a request found, or of a new one if it found none. */
export function createState(policy: Policy, opening: Opening, origin: Origin | null): State {
  const { now, isSeen, ended, readGeneration } = opening
  const id = opening.id ?? newId(policy)
  return {
    ...beginning(now, origin),
    committed: false,
    policy,
    now,
    id,
    openedAs: id,
    identity: 'same',
    isSeen,
    ended,
    readGeneration,
    isRolledBack: false,
  }
}

/** What a state knows before its handler has done anything. */
function beginning(now: number, origin: Origin | null) {
  return {
    data: new Map(origin?.data),
    created: origin ? origin.created : now,
    renewed: origin ? origin.renewed : now,
    isNew: origin === null,
    changes: [],
    before: new Map(),
    lent: new Map(),
    unseen: new Map(),
    flashed: new Map(),
    forced: false,
    generation: undefined,
  }
}

/**
 * Keeps the data under a new identity.
 *
 * @throws {SessionCommittedError} When the response is committed.
 */
export function regenerate(state: State): void {
  write(state, csrfKey, undefined)
  state.id = newId(state.policy)
  if (state.identity === 'same') state.identity = 'regenerated'
}

/**
 * Ends the session; an empty one takes its place.
 *
 * @throws {SessionCommittedError} When the response is committed.
 */
export function invalidate(state: State): void {
  regenerate(state)
  restart(state, null)
  state.identity = 'invalidated'
}

/** Undoes what the handler did, except that an ended identity stays ended. */
export function rollBack(state: State, origin: Origin | null): void {
  restart(state, state.identity === 'invalidated' ? null : origin)
  // A login stands even if another request has ended the session, but not if its handler failed.
  if (state.ended?.isRecent && state.identity === 'regenerated') state.identity = 'same'
  if (state.identity === 'regenerated') write(state, csrfKey, undefined)
  state.isRolledBack = true
}

function restart(state: State, origin: Origin | null): void {
  Object.assign(state, beginning(state.now, origin))
}

/** Puts the queues back that a request which nobody sees has touched. */
export function restoreQueues(state: State): void {
  for (const [key, queue] of state.unseen) {
    put(state.data, key, queue)
    state.flashed.delete(key)
  }
  state.unseen.clear()
}

/** Gives a session a CSRF token. */
export function setCsrfToken(state: State): string {
  const token = randomString(tokenBytes)
  write(state, csrfKey, token)
  return token
}

function newId({ hasIds }: Policy): string | undefined {
  return hasIds ? randomString(idBytes) : undefined
}
