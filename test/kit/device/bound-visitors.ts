import type { SessionOptions } from '../../../src/session/index.ts'
import { memoryStore } from '../../../src/session/stores/memory.ts'
import { boundBrowser } from '../../contracts/device.ts'
import type { Bank } from '../bank.ts'
import { challengeIn, type DeviceKey, deviceBrowser } from './device.ts'

/** Where sessions that are attacked live. */
export const places: [string, () => Partial<SessionOptions>][] = [
  ['the cookie', () => ({})],
  ['a store', () => ({ store: memoryStore() })],
]

/** A visitor who has logged in, and whose browser has not registered yet. */
export async function invited(site: Bank) {
  const visitor = deviceBrowser(site.app, { isManual: true })
  const login = await visitor.post('/login')
  const attempt = (proof: string) =>
    visitor.send('/.session/register', {
      method: 'POST',
      headers: { 'Secure-Session-Response': proof },
    })
  return { visitor, login, challenge: challengeIn(login), attempt }
}

/** A visitor whose session is bound, and a way to answer a challenge of a refresh. */
export async function bound(site: Bank) {
  const owner = await boundBrowser(site)
  const [bond] = owner.bonds.values()
  const { session_identifier: id } = bond?.instructions ?? {}
  const post = (headers: Record<string, string>) =>
    owner.send('/.session/refresh', { method: 'POST', headers })
  const ask = async () => challengeIn(await post({ 'Sec-Secure-Session-Id': id ?? '' }))
  const answer = (proof: string) =>
    post({ 'Sec-Secure-Session-Id': id ?? '', 'Secure-Session-Response': proof })
  return { owner, id: id ?? '', key: bond?.key as DeviceKey, post, ask, answer }
}
