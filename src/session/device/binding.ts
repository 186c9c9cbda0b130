import type { Codec } from '../codecs/codec.ts'
import type { Entries } from '../state/changes.ts'
import { deviceKey } from '../state/reserved-keys.ts'
import type { PublicKey } from './jwt.ts'

/** A session's identity, and the key of its device. */
export interface Bound {
  /** Distinguishes this identity of the session from others. */
  readonly nonce: string
  readonly key: PublicKey
}

/** What a session keeps: an invitation, or a binding and when it began, in seconds since the epoch. */
export type Binding = readonly [nonce: string, x?: string, y?: string, since?: number]

/** What a token is for. A token for one use is not accepted for another. */
export type Use = 'cookie' | 'id' | 'register' | 'refresh' | 'csrf'

/** Signs what the browser keeps of a binding, and reads it. */
export interface Seal {
  /** @param end - The second until which the token can be used. */
  sign(use: Use, end: number, bound: Pick<Bound, 'nonce'> & Partial<Bound>): Promise<string>
  /** @returns `null` unless we signed the token for this use and its end is to come. */
  read(use: Use, token: string, clock: number): Promise<Bound | null>
}

/** Reads what a session keeps of its binding. */
export function bindingIn(data: Entries): Binding | undefined {
  const value = data.get(deviceKey)
  return Array.isArray(value) ? (value as readonly unknown[] as Binding) : undefined
}

/** Makes what a session keeps of its binding. */
export function formatBinding({ nonce, key }: Bound, since: number): Binding {
  return [nonce, key.x, key.y, Math.floor(since)]
}

/** Whether a session is bound to this key. */
export function isBoundTo([nonce, x, y]: Binding, bound: Bound | null): boolean {
  return nonce === bound?.nonce && x === bound.key.x && y === bound.key.y
}

/** Makes the seal of a session. */
export function sealOf(codecs: readonly Codec[]): Seal {
  return {
    sign: (use, end, { nonce, key }) =>
      (codecs[0] as Codec).encode(JSON.stringify([use, Math.floor(end), nonce, key?.x, key?.y])),
    async read(use, token, clock) {
      for (const codec of codecs) {
        const text = await codec.decode(token)
        if (text === null) continue
        const [given, end, nonce, x, y] = JSON.parse(text)
        return given === use && clock < end ? { nonce, key: { x, y } } : null
      }
      return null
    },
  }
}
