import { revokeSessions, type Session, type UserSession, userSessions } from '../session/index.ts'
import type { SiteData, SiteFlash } from './sessions.ts'
import { type Bindings, revocationsOf, storeOf } from './stores.ts'

/** Characters of the longest name to log in by. */
export const maxNameLength = 40

/** Where a visitor is logged in. */
export interface Devices {
  readonly user: string
  /** `null`: the store cannot list them. */
  readonly sessions: readonly UserSession[] | null
}

type SiteSession = Session<SiteData, SiteFlash>

/** Lists where the visitor is logged in; `null`: nowhere. */
export async function devicesOf(env: Bindings, session: SiteSession): Promise<Devices | null> {
  const { user } = session
  if (user === undefined) return null
  const store = listingStore(env)
  return { user, sessions: store && (await userSessions(store).list(user, session)) }
}

/** Ends one of the visitor's sessions. */
export async function endDevice(env: Bindings, session: SiteSession, id: string): Promise<boolean> {
  const store = listingStore(env)
  return !!store && !!session.user && userSessions(store).end(session.user, id)
}

/** Ends all of the visitor's sessions but this one. */
export async function endOthers(env: Bindings, session: SiteSession): Promise<void> {
  const { user } = session
  if (user === undefined) return
  const store = listingStore(env)
  if (store) {
    await userSessions(store).endAll(user, session)
    return
  }
  await revokeSessions(revocationsOf(env), user)
  session.bind(user)
}

function listingStore(env: Bindings) {
  const store = storeOf(env)
  return store && !store.isEventual ? store : null
}
