import { boundedStore } from '../contention/bounded-store.ts'
import { put } from '../state/changes.ts'
import { stayKey } from '../state/reserved-keys.ts'
import { tooLarge } from '../state/too-large.ts'
import type { ValueTooLargeError } from '../store.ts'
import { leaveList } from '../users/listing.ts'
import {
  type CookieAction,
  type Engine,
  type Found,
  foundIn,
  hasContent,
  type Incoming,
  isTimedOut,
  type Lookup,
  report,
} from './engine.ts'
import { isId, storeKey } from './ids.ts'
import { live } from './payload.ts'
import { endByKey, endSession, withdraw } from './store/endings.ts'
import { create, extend, isRebound, type Kept, type Stored, update } from './store/records.ts'
import type { StoreSettings, Write } from './store/write.ts'
import { parseTombstone, tombstoneFor, tombstoneTtl } from './tombstone.ts'

/** Makes the engine of sessions that live in a store; the cookie carries their id. */
export function storeEngine(settings: StoreSettings): Engine {
  return {
    async find(id, { budget }): Promise<Lookup> {
      if (!isId(id)) return { reason: 'malformed' }
      const name = settings.cookie.baseName
      const text = await boundedStore(settings.store, budget).get(await storeKey(id, { name }))
      if (text === null) return { reason: 'unknown' }
      const tombstone = parseTombstone(text)
      return tombstone ? { tombstone } : { text }
    },

    async write(ending, visit) {
      const store = boundedStore(settings.store, visit.budget)
      try {
        return await writeTo({ settings, store, ending, visit })
      } catch (error) {
        const { name, size, limit } = error as ValueTooLargeError
        if (name !== 'ValueTooLargeError') throw error
        throw tooLarge('the record', { size, most: limit, data: ending.state.data })
      }
    },

    writesWithoutCookie: ({ incoming, state }) =>
      incoming.kind === 'live' && state.identity === 'same',
  }
}

async function writeTo(write: Write): Promise<CookieAction> {
  const { incoming, state, change } = write.ending
  if (incoming.kind === 'ended') return writeEnded(write, incoming)
  if (incoming.kind !== 'live') return writeNew(write, incoming)
  if (state.identity === 'regenerated') return replace(write, incoming.found)
  if (state.identity === 'invalidated') return end(write, incoming.found)
  return change === 'none' ? reSign(write, incoming.found) : writeSame(write, incoming.found)
}

/**
 * A request that arrived shortly after another had ended the session: its changes are dropped, except
 * that a logout ends what the session has become, and a new identity begins with this request's own data.
 */
async function writeEnded(
  write: Write,
  { tombstone }: Extract<Incoming, { kind: 'ended' }>,
): Promise<CookieAction> {
  const { state } = write.ending
  if (state.identity === 'same') return drop(write)
  if (state.identity === 'invalidated' && tombstone.next) await endByKey(write, tombstone.next, 1)
  return hasContent(state) ? begin(write) : reported(write, 'keep')
}

/** A request without a session, or with one that is not honored. */
async function writeNew(write: Write, incoming: Incoming): Promise<CookieAction> {
  const { state, contents } = write.ending
  if (state.identity === 'invalidated' && incoming.kind !== 'none') {
    const keys = await Promise.all((await contents()).map((id) => keyOf(write, id)))
    await Promise.all(keys.map((key) => endByKey(write, key)))
    const action = hasContent(state) ? await begin(write) : reported(write, 'delete')
    return action === 'keep' ? 'delete' : action
  }
  const found = foundIn(incoming)
  if (hasContent(state)) return found ? beginInPlaceOf(write, found) : begin(write)
  return found && isTimedOut(incoming) ? tidy(write, found) : 'keep'
}

/** Begins a session in place of one that is no longer honored. Nothing is carried over. */
async function beginInPlaceOf(write: Write, found: Found): Promise<CookieAction> {
  const next = await create(write, await ownKey(write))
  if (!next) return drop(write)
  const old = { ...found, key: await keyOf(write, found.cookie.content) }
  const { isOurs, left } = await endSession(write, old, null)
  // Of several requests that find it expired at once, one begins the next session. A login always does.
  if (!isOurs && left !== null && write.ending.state.identity === 'same') {
    await withdraw(write, next)
    return drop(write)
  }
  return reported(write, await tokenOf(write))
}

/** A session that continues under its id. */
async function writeSame(write: Write, found: Found): Promise<CookieAction> {
  const { ending, settings } = write
  const key = await keyOf(write, found.cookie.content)
  const kept = await (ending.change === 'renew' ? extend : update)(write, found, key)
  if (!kept) return drop(write)
  const stays = ({ data }: Pick<Stored, 'data'>) => data.get(stayKey) === true
  const needsCookie =
    settings.cookie.maxAge !== undefined || !found.cookie.isCurrent || stays(kept) || stays(found)
  return reported(write, needsCookie ? await tokenOf(write, kept) : 'keep')
}

/** A session that continues under a new identity. */
async function replace(write: Write, found: Found): Promise<CookieAction> {
  const old = { ...found, key: await keyOf(write, found.cookie.content) }
  const next = await create(write, await ownKey(write), old)
  if (!next) return drop(write)
  const { isOurs, successor } = await endSession(write, old, next)
  const continued = successor as Kept
  if (!isOurs) {
    await withdraw(write, continued)
    return drop(write)
  }
  if (isRebound(found, continued)) await leaveList(write, old)
  return reported(write, await tokenOf(write, continued))
}

/** A session that ends. Data set after its end begins a new one. */
async function end(write: Write, found: Found): Promise<CookieAction> {
  const old = { ...found, key: await keyOf(write, found.cookie.content) }
  const next = hasContent(write.ending.state) ? await create(write, await ownKey(write)) : null
  const { isOurs } = await endSession(write, old, null)
  if (isOurs) {
    await leaveList(write, old)
    return reported(write, next ? await tokenOf(write) : 'delete')
  }
  // A logout that was in flight while another tab regenerated the session ends its successor.
  await endByKey(write, old.key)
  if (!next) return reported(write, 'keep')
  await withdraw(write, next)
  return drop(write)
}

/** Re-signs the id of a session, if it is still alive. */
async function reSign(write: Write, found: Found): Promise<CookieAction> {
  const kept = live(await write.store.get(await keyOf(write, found.cookie.content)))
  return kept ? tokenOf(write, kept) : 'keep'
}

/** Ends a session whose time is up, unless another request has extended or replaced it. */
async function tidy(write: Write, found: Found): Promise<CookieAction> {
  const key = await keyOf(write, found.cookie.content)
  const tombstone = tombstoneFor(found.data)
  const { swapped, kept } = await write.store.swap(key, found.text, tombstone, tombstoneTtl)
  return swapped || kept === null ? 'delete' : 'keep'
}

/** Begins a new session, with nothing that the client sent. */
async function begin(write: Write): Promise<CookieAction> {
  const record = await create(write, await ownKey(write))
  return record ? reported(write, await tokenOf(write)) : drop(write)
}

/** Drops the changes of the request: another one ended the session. */
function drop({ ending, visit }: Write): CookieAction {
  if (ending.change === 'write') visit.emit({ type: 'dropped', why: 'ended' })
  return 'keep'
}

function reported(
  { ending, visit, dropped = new Map() }: Write,
  action: CookieAction,
): CookieAction {
  for (const [queue, count] of dropped) visit.emit({ type: 'flash-dropped', queue, count })
  report(ending, visit)
  return action
}

/** Makes the token of a session. Whether its cookie survives the browser another request may say. */
async function tokenOf(
  { settings, ending: { state } }: Write,
  { data }: Pick<Stored, 'data'> = state,
): Promise<{ token: string }> {
  put(state.data, stayKey, data.get(stayKey))
  return { token: await settings.codec.encode(state.id as string) }
}

function ownKey(write: Write): Promise<string> {
  return keyOf(write, write.ending.state.id as string)
}

function keyOf({ settings }: Write, id: string): Promise<string> {
  return storeKey(id, { name: settings.cookie.baseName })
}
