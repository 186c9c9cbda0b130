import { revokeSessions, type UserSession, userSessions } from '../session/index.ts'
import type { SiteSession } from './sessions.ts'
import { type Bindings, revocationsOf, storeOf } from './stores.ts'

/** Characters of the longest name to log in by. */
export const maxNameLength = 40

/** Where a visitor is logged in. */
export interface Devices {
  readonly user: string
  /** This browser's first; `null`: the store cannot list them. */
  readonly sessions: readonly UserSession[] | null
}

/** Lists where the visitor is logged in; `null`: nowhere. */
export async function devicesOf(env: Bindings, session: SiteSession): Promise<Devices | null> {
  const { user } = session
  if (user === undefined) return null
  const store = listingStore(env)
  const sessions = store && (await userSessions(store).list(user, session))
  return { user, sessions: sessions?.toSorted(byCurrent) ?? null }
}

function byCurrent(a: UserSession, b: UserSession): number {
  return Number(b.current) - Number(a.current)
}

/** Ends one of the visitor's sessions. */
export async function endDevice(env: Bindings, session: SiteSession, id: string): Promise<boolean> {
  const store = listingStore(env)
  return !!store && !!session.user && userSessions(store).end(session.user, id)
}

/** Ends all of the visitor's sessions but this one, and says what came of it. */
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
  await revokeSessions(revocationsOf(env), user)
  session.bind(user)
  return 'Every other browser with this name is signed out.'
}

function listingStore(env: Bindings) {
  const store = storeOf(env)
  return store && !store.isEventual ? store : null
}

const browsers = [
  ['Edge', /\bEdg/],
  ['Opera', /\bOPR\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(Firefox|FxiOS)\//],
  ['Chrome', /\b(Chrome|CriOS|HeadlessChrome)\//],
  ['Safari', /\bSafari\//],
] as const

const systems = [
  ['Android', /\bAndroid\b/],
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Windows', /\bWindows\b/],
  ['Mac', /\bMacintosh\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b/],
] as const

/** Says which browser a `User-Agent` header names, such as `Chrome on Linux`: a hint, and no proof. */
export function browserOf(userAgent = ''): string {
  const [browser] = browsers.find(([, pattern]) => pattern.test(userAgent)) ?? ['A browser']
  const [system] = systems.find(([, pattern]) => pattern.test(userAgent)) ?? []
  return system ? `${browser} on ${system}` : browser
}
