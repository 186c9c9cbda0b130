import { isModified } from '../state/changes.ts'
import { type Change, type Ending, isTimedOut } from './engine.ts'
import { isDue, limitsOf } from './limits.ts'

/**
 * What a request does to its session. Reads do not write, except to extend the life of a session whose
 * last write is older than `reissueTime`; a session that ends as it began is not written.
 *
 * @throws {TypeError} When a value was mutated into one that JSON cannot carry.
 */
export function changeOf({
  incoming,
  state,
  isRefused,
}: Pick<Ending, 'incoming' | 'state' | 'isRefused'>): Change {
  if (isModified(state) || state.forced || state.identity !== 'same') return 'write'
  if (incoming.kind !== 'live' || isRefused) return 'none'
  // By the time of the commit: an upload may take longer than a visitor may be idle.
  return isDue(limitsOf(state.policy, state.data), state, Date.now() / 1000) ? 'renew' : 'none'
}

/** Whether a cookie whose session is not changed is to be re-signed, or removed. */
export function isOverdue({ incoming, isRefused }: Ending): boolean {
  if (isRefused) return false
  if (incoming.kind === 'live') return !incoming.found.cookie.isCurrent
  return isTimedOut(incoming)
}
