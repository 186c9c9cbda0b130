import { revokeSessions, type Store, type UserSession, userSessions } from '../../session/index.ts'
import type { SiteSession } from '../sessions.ts'
import { type Bindings, revocationsOf, storeOf } from '../stores.ts'
import type { Login } from './login.ts'

/** Characters of the longest name to log in by. */
export const maxNameLength = 40

/** A user's session, and what is known about its login. */
export interface Device extends UserSession, Partial<Login> {
  /** Whether it is bound to the visitor's device: known for the current session only. */
  readonly isBound?: boolean
}

/** Where a visitor is logged in. */
export interface Devices {
  readonly user: string
  /** This browser's first; `null`: the store cannot list them. */
  readonly sessions: readonly Device[] | null
}

/** Lists where the visitor is logged in; `null`: nowhere. */
export async function devicesOf(env: Bindings, session: SiteSession): Promise<Devices | null> {
  const { user } = session
  if (user === undefined) return null
  const store = listingStore(env)
  if (!store) return { user, sessions: null }
  const sessions = await userSessions(store).list(user, session)
  const devices = sessions.map(async (each) => ({
    ...each,
    ...(await loginOf(store, each.id)),
    isBound: each.current && session.device === 'bound',
  }))
  return { user, sessions: (await Promise.all(devices)).sort(byCurrent) }
}

/** Reads what a session stores about its login. It is only a hint, and the list works without it. */
async function loginOf(store: Store, id: string): Promise<Partial<Login>> {
  try {
    const [, , data] = JSON.parse((await store.get(`session:${id}`)) ?? '')
    return data.login ?? {}
  } catch {
    return {} // it has just ended
  }
}

function byCurrent(a: Device, b: Device): number {
  return Number(b.current) - Number(a.current)
}

/** Ends one of the visitor's sessions. */
export async function endDevice(env: Bindings, session: SiteSession, id: string): Promise<boolean> {
  const store = listingStore(env)
  return !!store && !!session.user && userSessions(store).end(session.user, id)
}

/** Ends all of the visitor's sessions but this one, and returns the message for the visitor. */
export async function endOthers(env: Bindings, session: SiteSession): Promise<string> {
  const { user } = session
  if (user === undefined) return 'You are not logged in.'
  const store = listingStore(env)
  if (store) {
    const ended = await userSessions(store).endAll(user, session)
    if (ended === 0) return 'You are signed in nowhere else.'
    return ended === 1
      ? 'Your other browser is signed out.'
      : `${ended} other browsers are signed out.`
  }
  const revocations = revocationsOf(env)
  if (revocations) await revokeSessions(revocations, user)
  session.bind(user)
  return 'Every other browser with this name is signed out.'
}

function listingStore(env: Bindings) {
  const store = storeOf(env)
  return store && !store.isEventual ? store : null
}
