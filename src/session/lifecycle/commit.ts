import { Budget } from '../contention/budget.ts'
import { SessionError } from '../errors.ts'
import type { Config } from '../options/config.ts'
import { csrfKey, stayKey } from '../state/reserved-keys.ts'
import { restoreQueues, rollBack, type State, setCsrfToken } from '../state/state.ts'
import { completeBinding } from '../users/binding.ts'
import { changeOf, isOverdue } from './change.ts'
import {
  type CookieAction,
  type Ending,
  hasContent,
  type Incoming,
  isKept,
  type Visit,
} from './engine.ts'
import type { Loaded } from './load.ts'
import { parsePayload } from './payload.ts'

/** Milliseconds that a write which only extends a session's life may take. */
const extensionBudget = 1000

/** How a request ended. */
export interface Outcome {
  /** Its handler failed. */
  readonly threw: boolean
  /** It was refused, and must not extend the life of a session that it only read. */
  readonly isRefused: boolean
  /**
   * What the response already does to the cookie: nothing yet, or another place has set or removed it,
   * or it cannot carry one.
   */
  readonly cookie: () => 'free' | Taken
}

type Taken = 'set' | 'removed' | 'unavailable'

/**
 * Ends a request's session: from here on it cannot be changed.
 *
 * @returns The `Set-Cookie` line to send, or `null` if the browser is told nothing.
 * @throws {CookieTooLargeError} When browsers would not keep it.
 * @throws {StoreError} When the store failed.
 * @throws {SessionError} When the response cannot carry the cookie, or carries another's already.
 * @throws {TypeError} When a value was mutated into one that JSON cannot carry.
 */
export async function commit(
  config: Config,
  loaded: Loaded,
  { visit, outcome }: { visit: Visit; outcome: Outcome },
): Promise<string | null> {
  const { incoming, state, contents } = loaded
  if (outcome.threw) undoHandler(config, loaded)
  restoreQueues(state)
  if (state.generation !== undefined) await completeBinding(state)
  if (state.identity === 'regenerated' && isKept(loaded)) {
    renewCsrfToken(state)
    config.device?.prepare(state)
  }
  const { isRefused } = outcome
  const change = changeOf({ incoming, state, isRefused })
  state.committed = true
  const ending: Ending = { incoming, state, change, isRefused, contents }
  if (change === 'none' && !isOverdue(ending)) return null
  if (isElsewhere(incoming) && state.identity === 'same') {
    visit.emit({ type: 'dropped', why: 'elsewhere' })
    return null
  }
  const cookie = outcome.cookie()
  if (cookie !== 'free') {
    await writeWithoutCookie(config, ending, { visit, cookie })
    return null
  }
  return lineFor(config, state, await write(config, ending, visit))
}

/** Undoes the changes of a handler that threw, unless they are to be kept, or were undone before. */
export function undoHandler({ setOnError }: Config, { incoming, state }: Loaded): void {
  if (setOnError || state.isRolledBack || state.committed) return
  // As it was read, without the changes of the handler or the schema.
  rollBack(state, incoming.kind === 'live' ? parsePayload(incoming.found.text) : null)
}

/** The owner's cookie must not be replaced by accident. A login or a logout is no accident. */
function isElsewhere(incoming: Incoming): boolean {
  return incoming.kind === 'rejected' && incoming.reason === 'elsewhere'
}

/** Two pages opened at the same time after a login must carry the same token. */
function renewCsrfToken(state: State): void {
  if (!state.data.has(csrfKey)) setCsrfToken(state)
}

function lineFor({ cookie, policy }: Config, state: State, action: CookieAction): string | null {
  if (action === 'keep') return null
  if (action === 'delete') return cookie.remove
  const { remembered } = policy
  return remembered && state.data.get(stayKey) === true
    ? cookie.set(action.token, remembered.timeout)
    : cookie.set(action.token)
}

/** Writes a session. What only extends its life never fails a request. */
async function write({ engine }: Config, ending: Ending, visit: Visit): Promise<CookieAction> {
  if (ending.change === 'write') return engine.write(ending, visit)
  const budget = new Budget(Math.min(extensionBudget, visit.budget.left))
  try {
    return await visit.budget.spend(() => engine.write(ending, { ...visit, budget }))
  } catch (error) {
    visit.emit({ type: 'store-error', error: error as Error, failed: false })
    return 'keep'
  }
}

/** Writes what can be kept without a cookie. The cookie that another place set stands. */
async function writeWithoutCookie(
  config: Config,
  ending: Ending,
  { visit, cookie }: { visit: Visit; cookie: Taken },
): Promise<void> {
  const { state, change } = ending
  const { engine } = config
  if (change !== 'write' && cookie !== 'unavailable') return
  if (state.identity === 'invalidated') {
    const isReplaced = hasContent(state)
    state.data.clear()
    state.forced = false
    await engine.write(ending, visit)
    if (!isReplaced && cookie !== 'set') return
  } else if (cookie === 'unavailable' && engine.writesWithoutCookie(ending)) {
    await write(config, ending, visit)
    return
  } else if (change !== 'write') {
    return
  }
  throw new SessionError(
    cookie === 'unavailable'
      ? 'session: a response with status 101 carries no cookie to keep this change: make it in the request before the upgrade'
      : `session: two places set the cookie ${config.cookie.name}: this session was changed, and the response has a Set-Cookie already. Change it in one of them.`,
  )
}
